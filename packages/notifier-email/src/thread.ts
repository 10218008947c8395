import { createHash } from "node:crypto";
import type { Batch } from "@datasync-monitor/core";

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 32);

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

const wanted = /^[\w.-]{1,64}$/;

/** The same on every attempt at a batch, so that a mail which did arrive is known again when it comes twice. */
export const messageId = (idempotencyKey: string, from: string): string =>
  `<${wanted.test(idempotencyKey) ? idempotencyKey : digest(idempotencyKey)}@${domainOf(from)}>`;

/**
 * What mail programs gather a thread under: one a day for each service and event type, one for mixed
 * digests. Never the id of a mail that was sent: the first of a thread would then look different.
 */
export const threadId = (batch: Batch, from: string): string => {
  const [first] = batch;
  const alike = batch.every(
    ({ service, event_type }) => service === first.service && event_type === first.event_type,
  );
  const topic = alike ? [first.service, first.event_type] : ["digest"];
  return `<datasync-${digest(JSON.stringify(topic))}-${first.timestamp.slice(0, 10)}@${domainOf(from)}>`;
};
