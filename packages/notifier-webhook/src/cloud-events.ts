import { type MonitorEvent, singleLine, truncate } from "@datasync-monitor/core";
import { type EventPayload, payload } from "./payload.ts";

/**
 * CloudEvents 1.0: the attributes of an event, as JSON and as headers.
 *
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export interface CloudEventNames {
  /** A URI-reference; undefined: `/` and the event's service. */
  readonly source: string | undefined;
  /** A reverse-DNS name. */
  readonly typePrefix: string;
}

/** Standard attributes first, then the extensions: lower-case letters and digits, as the names must be. */
interface Attributes {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly level: string;
  readonly service?: string;
}

export interface CloudEvent extends Attributes {
  readonly datacontenttype: "application/json";
  readonly data: EventPayload;
}

/** So that headers stay within what servers take. The whole text is in `data`. */
const longest = 128;

/** An attribute's text: no control character, no half of a surrogate pair, no code point that is none. */
const text = (value: string): string =>
  truncate(singleLine(value).replace(/\p{Noncharacter_Code_Point}/gu, "\ufffd"), longest);

/** An attribute that is there has a value. */
const optional = <Name extends string>(name: Name, value: unknown): { [K in Name]?: string } => {
  const cleaned = typeof value === "string" ? text(value) : "";
  return (cleaned === "" ? {} : { [name]: cleaned }) as { [K in Name]?: string };
};

const attributesOf = (
  event: MonitorEvent,
  { source, typePrefix }: CloudEventNames,
): Attributes => ({
  specversion: "1.0",
  id: text(event.id),
  source: source ?? `/${encodeURIComponent(text(event.service))}`,
  type: `${typePrefix}.${text(event.event_type)}`,
  time: event.timestamp,
  ...optional("subject", event.details.run_id),
  level: event.level,
  ...optional("service", event.service),
});

/** The JSON format, whose `data` is the event as `format: "json"` sends it. */
export const cloudEvent = (event: MonitorEvent, names: CloudEventNames): CloudEvent => ({
  ...attributesOf(event, names),
  datacontenttype: "application/json",
  data: payload(event),
});

/**
 * A header's value, in which everything but visible ASCII is percent-encoded as UTF-8, and `"` and `%` too.
 *
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 */
export const headerValue = (value: string): string =>
  value.replace(/[^\x21-\x7e]|["%]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );

/** The attributes as `ce-` headers; the content type says what `datacontenttype` would. */
export const cloudEventHeaders = (
  event: MonitorEvent,
  names: CloudEventNames,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributesOf(event, names)).map(([name, value]) => [
      `ce-${name}`,
      headerValue(value),
    ]),
  );
