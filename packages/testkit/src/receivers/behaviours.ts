import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { constants, deflateRawSync } from "node:zlib";
import type { Behaviour } from "./behaviour.ts";

export type Headers = Readonly<Record<string, string>>;

/** A complete answer. It accepted the message when its status is 2xx. */
export const answer =
  (status: number, body = "", headers: Headers = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
    return status >= 200 && status < 300;
  };

/** 200 with bytes that are neither JSON nor text, though the header says they are JSON. */
export const garble: Behaviour = (_request, response) => {
  response
    .writeHead(200, { "content-type": "application/json" })
    .end(Buffer.from("fffe00c3287b", "hex"));
  return true;
};

/** Says nothing, and keeps the connection open. */
export const hangHeaders: Behaviour = () => false;

/** Reads nothing: a connection is taken, and that is all. One that was open before is read, and not answered. */
export const silence: Behaviour = (request, response) => hangHeaders(request, response);

/** Answers the beginning of a header, and never the rest. */
export const halfHeaders: Behaviour = (_request, response) => {
  response.socket?.write("HTTP/1.1 200 OK\r\ncontent-le");
  return false;
};

/** Answers 200 and the beginning of a body, and never the rest. */
export const hangBody: Behaviour = (_request, response) => {
  response.writeHead(200, { "content-length": "64" }).write("{");
  return false;
};

export const reset: Behaviour = (_request, response) => {
  response.socket?.resetAndDestroy();
  return false;
};

/** Ends its side of the connection without a word, and goes on listening. */
export const halfClose: Behaviour = (_request, response) => {
  response.socket?.end();
  return false;
};

export const garbage: Behaviour = (_request, response) => {
  response.socket?.end("\u0000\u0001this is not HTTP\r\n\r\n");
  return false;
};

/** Answers 200 and then one byte of body every `intervalMs`, for ever. */
export const drip =
  (intervalMs: number): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    const timer = setInterval(() => response.write("."), intervalMs);
    response.once("close", () => clearInterval(timer));
    return false;
  };

const forever = (first: Buffer, chunk: Buffer): Readable =>
  Readable.from(
    (function* () {
      yield first;
      while (true) yield chunk;
    })(),
  );

const pour = (response: ServerResponse, stream: Readable): false => {
  response.once("close", () => stream.destroy());
  stream.pipe(response);
  return false;
};

/** A body without an end, as fast as the caller reads it. */
export const bomb: Behaviour = (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  return pour(response, forever(Buffer.alloc(0), Buffer.alloc(65_536, "a")));
};

/** The same in gzip: each kilobyte on the wire is a megabyte once unpacked. */
export const gzipBomb: Behaviour = (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" });
  // A flushed block ends on a byte and refers to nothing before it, so it can be repeated as it is.
  const block = deflateRawSync(Buffer.alloc(1_048_576, "a"), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  return pour(response, forever(Buffer.from("1f8b0800000000000003", "hex"), block));
};
