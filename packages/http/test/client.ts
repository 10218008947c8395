import { DeliveryError } from "@datasync-monitor/core";
import { expect, onTestFinished } from "vitest";
import { type HttpClientOptions, httpClient } from "../src/index.ts";

/** A client that closes with its test. */
export const client = (options: HttpClientOptions = {}) => {
  const made = httpClient({ drainMs: 0, ...options });
  onTestFinished(() => made.close());
  return made;
};

/** A signal that never aborts. */
export const patient = (): AbortSignal => new AbortController().signal;

/** The `DeliveryError` that a promise rejects with; anything else fails the test. */
export const failure = async (promise: Promise<unknown>): Promise<DeliveryError> => {
  const error = await promise.then(
    () => expect.fail("resolved"),
    (reason: unknown) => reason,
  );
  if (!DeliveryError.is(error)) throw error;
  return error;
};
