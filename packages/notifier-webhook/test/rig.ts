import { type Batch, DeliveryError, type MonitorEvent } from "@datasync-monitor/core";
import { hostileHttp, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { expect, onTestFinished } from "vitest";
import { type WebhookOptions, webhook } from "../src/index.ts";

export const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A webhook at a real receiver, both closed with the test. */
export const rig = async (options: Omit<WebhookOptions, "url"> = {}) => {
  const receiver = await hostileHttp({ path: "/hook/PATH-SECRET?token=QUERY-SECRET" });
  const notifier = webhook({ url: receiver.url, ...options });
  onTestFinished(async () => {
    await notifier.close?.();
    await receiver.close();
  });
  const send = (batch: Batch = [sampleEvent()], context = sendContext()) =>
    Promise.resolve(notifier.send(batch, context));
  const verify = (signal = new AbortController().signal) =>
    Promise.resolve(notifier.verify?.({ signal }));
  return { receiver, notifier, send, verify };
};

/** `count` events that differ by id and message. */
export const events = (count: number): Batch => {
  const made = Array.from({ length: count }, (_, index) =>
    sampleEvent({ id: `0198f5a0-0000-7000-8000-00000000000${index}`, message: `event ${index}` }),
  );
  return made as [MonitorEvent, ...MonitorEvent[]];
};

/** The `DeliveryError` that a promise rejects with; anything else fails the test. */
export const failure = async (promise: Promise<unknown>): Promise<DeliveryError> => {
  const error = await promise.then(
    () => expect.fail("resolved"),
    (reason: unknown) => reason,
  );
  if (!DeliveryError.is(error)) throw error;
  return error;
};
