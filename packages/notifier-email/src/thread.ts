import { createHash } from "node:crypto";
import type { Batch, MonitorEvent } from "@datasync-monitor/core";

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 32);

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

/** What may stand before the `@` as it is: a dot-atom, RFC 5322 §3.6.4. */
const wanted = /^(?=.{1,64}$)[\w-]+(?:\.[\w-]+)*$/;

/** The same on every attempt at a batch, so that a mail which did arrive is known again when it comes twice. */
export const messageId = (idempotencyKey: string, from: string): string =>
  `<${wanted.test(idempotencyKey) ? idempotencyKey : digest(idempotencyKey)}@${domainOf(from)}>`;

/** `sync` for its start, its success, its failure and the warning that it is slow; else the event type. */
const operationOf = ({ event_type, details }: MonitorEvent): string => {
  const slow = event_type === "performance_warning" ? details.operation : undefined;
  if (typeof slow === "string") return slow;
  return /^(.+)_(?:start|success|failure)$/.exec(event_type)?.[1] ?? event_type;
};

/** The calendar day, `2025-08-29`, where the reader is. */
const dayOf = (timestamp: string, timeZone: string): string => {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return "undated";
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(at);
  const of = (part: Intl.DateTimeFormatPartTypes): string =>
    parts.find(({ type }) => type === part)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}`;
};

/**
 * What mail programs gather a thread under: one a day for each operation of a service, and one for its
 * digests of several. It belongs to no mail, so the first of a thread looks like the others. Names are
 * hashed: what an id may hold is limited, and ids travel further than mails do.
 *
 * @param timeZone - Whose day it is: an IANA name, checked.
 */
export const threadId = (batch: Batch, from: string, timeZone: string): string => {
  const [first] = batch;
  const same = (of: (event: MonitorEvent) => string): string =>
    batch.every((event) => of(event) === of(first)) ? of(first) : "";
  const topic = [same(({ service }) => service), same(operationOf)];
  return `<datasync-${digest(JSON.stringify(topic))}-${dayOf(first.timestamp, timeZone)}@${domainOf(from)}>`;
};
