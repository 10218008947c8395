import { DeliveryError } from "@datasync-monitor/core";
import type { Dispatcher } from "undici";
import { onStop, type Stop } from "./abort.ts";
import { decode } from "./decode.ts";
import { failureOf } from "./failure.ts";
import type { Flights } from "./flights.ts";

/** What a server said. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header's values joined by `", "`. At most 16 KiB. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed, as UTF-8, at most 64 KiB. */
  readonly body: string;
  /** The body is not all of it: longer than 64 KiB, cut by the connection, or not to be decoded. */
  readonly truncated: boolean;
}

export const bodyLimit = 64 * 1024;

/** Real servers send one or two (103 Early Hints); a flood would go on until the deadline. */
const mostInformational = 16;

const utf8 = new TextDecoder();

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Whether no header came twice, as is the rule: then they are left as they are. */
const isFlat = (headers: Headers): headers is HttpAnswer["headers"] => {
  for (const name in headers) if (typeof headers[name] !== "string") return false;
  return true;
};

const flat = (headers: Headers): HttpAnswer["headers"] => {
  if (isFlat(headers)) return headers;
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    joined[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return joined;
};

/** Who waits for the answer. */
export interface Waiter {
  readonly stop: Stop;
  readonly resolve: (answer: HttpAnswer | Promise<HttpAnswer>) => void;
  readonly reject: (error: DeliveryError) => void;
  /** Where it counts until it has its outcome. */
  readonly flights: Flights;
}

/**
 * One request and its answer, as undici's dispatcher tells of them.
 *
 * It speaks to the dispatcher itself because undici's `request` hides two things: whether the request
 * was written before it failed, and an abort, which waits there until a busy connection is free.
 */
class Exchange implements Dispatcher.DispatchHandler {
  /** Until the first outcome: the one that counts. */
  #waiter: Waiter | undefined;
  #heedNoMore = (): void => {};
  #chunks: Buffer[] | undefined;
  #size = 0;
  #informational = 0;
  #controller: Dispatcher.DispatchController | undefined;
  /** 0 until the answer has begun. */
  #status = 0;
  #headers: HttpAnswer["headers"] = {};

  constructor(waiter: Waiter) {
    this.#waiter = waiter;
    waiter.flights.begin();
    this.#heedNoMore = onStop(waiter.stop, () => this.#abandon());
  }

  get settled(): boolean {
    return this.#waiter === undefined;
  }

  /** Called in the same turn as the first write, once a connection is ours. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A throw drops the request and keeps the connection; controller.abort would destroy it.
    if (this.#waiter === undefined) throw new Error("given up while it was queued");
    this.#controller = controller;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status >= 200) {
      this.#status = status;
      this.#headers = flat(headers);
      return;
    }
    this.#informational += 1;
    if (this.#informational > mostInformational) {
      controller.abort(Object.assign(new Error(), { code: "TOO_MANY_INFORMATIONAL_ANSWERS" }));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#waiter === undefined) return;
    this.#chunks ??= [];
    this.#chunks.push(chunk.subarray(0, bodyLimit - this.#size));
    this.#size += chunk.length;
    if (this.#size <= bodyLimit) return;
    this.#answer(true);
    controller.abort(new Error("the answer is too long"));
  }

  onResponseEnd(): void {
    this.#answer(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#status > 0) this.#answer(true);
    else this.#settle()?.reject(failureOf(error, this.#controller !== undefined));
  }

  #abandon(): void {
    const written = this.#controller !== undefined;
    this.#settle()?.reject(
      written
        ? new DeliveryError(
            "ambiguous",
            "given up after the request was written: it may have arrived",
          )
        : new DeliveryError("aborted", "given up before the request was written"),
    );
    this.#controller?.abort(new Error("given up"));
  }

  #answer(truncated: boolean): void {
    const waiter = this.#settle();
    if (waiter === undefined) return;
    const [status, headers, chunks] = [this.#status, this.#headers, this.#chunks];
    this.#chunks = undefined;
    if (chunks === undefined) {
      waiter.resolve({ status, headers, body: "", truncated });
      return;
    }
    const raw = Buffer.concat(chunks);
    const encodings = headers["content-encoding"];
    if (encodings === undefined) {
      waiter.resolve({ status, headers, body: utf8.decode(raw), truncated });
      return;
    }
    waiter.resolve(
      decode(raw, encodings, bodyLimit).then((decoded) => ({
        status,
        headers,
        body: utf8.decode(decoded.bytes),
        truncated: truncated || decoded.truncated,
      })),
    );
  }

  /** Answers whoever waits still, and lets go of it: undici may name this handler long after. */
  #settle(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return undefined;
    this.#heedNoMore();
    waiter.flights.end();
    return waiter;
  }
}

/** Makes one request. Rejects with a `DeliveryError`, at the latest in the turn in which `signal` aborts. */
export const exchange = (
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  waiter: Waiter,
): void => {
  const one = new Exchange(waiter);
  if (!one.settled) dispatcher.dispatch(options, one);
};
