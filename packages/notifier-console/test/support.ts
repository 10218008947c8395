import { PassThrough, Writable } from "node:stream";
import { DeliveryError } from "@datasync-monitor/core";

/** A stream that keeps what is written to it. */
export const sink = (options: { isTTY?: boolean } = {}) => {
  const stream = Object.assign(new PassThrough(), options);
  const chunks: string[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString("utf8")));
  return { stream, text: () => chunks.join("") };
};

/** A stream whose reader takes a chunk only when it is told to, well or badly. */
export const slowSink = () => {
  const taken: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 1,
    write(chunk: string, _encoding, done) {
      taken.push(chunk);
      waiting.push(done);
    },
  });
  return { stream, taken, release: (error?: Error) => waiting.shift()?.(error) };
};

/** An error as Node's streams give it. */
export const systemError = (code: string): Error =>
  Object.assign(new Error(`write ${code}`), { code });

export const failureOf = async (work: unknown): Promise<DeliveryError> => {
  const failure = await Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!DeliveryError.is(failure)) throw new Error(`expected a DeliveryError, got ${failure}`);
  return failure;
};

export const turn = () => new Promise((resolve) => setImmediate(resolve));
