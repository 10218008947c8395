import type { Batch, MonitorEvent } from "@datasync-monitor/core";
import { type CloudEventNames, cloudEvent, cloudEventHeaders } from "./cloud-events.ts";
import { payload } from "./payload.ts";

export type BodyShape = "object" | "array";

/** What one request looks like: the guide's JSON, or a content mode of CloudEvents 1.0. */
export type WebhookFormat =
  | "json"
  | "cloudevents-structured"
  | "cloudevents-binary"
  | "cloudevents-batch";

export const contentTypes: Readonly<Record<WebhookFormat, string>> = {
  json: "application/json; charset=utf-8",
  "cloudevents-structured": "application/cloudevents+json; charset=utf-8",
  "cloudevents-binary": "application/json", // what the attribute `datacontenttype` is in the other modes
  "cloudevents-batch": "application/cloudevents-batch+json; charset=utf-8",
};

export interface RenderOptions {
  readonly format: WebhookFormat;
  /** Of `json`. */
  readonly shape: BodyShape;
  /** Of the others. */
  readonly names: CloudEventNames;
}

export interface Rendered {
  readonly body: Buffer;
  /** Those that tell of the event; the content type is the same for all. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** UTF-8 of JSON in one pass: `Buffer.from` counts the bytes first, which costs as much as writing them. */
const json = (value: unknown): Buffer => {
  const text = JSON.stringify(value);
  const room = Buffer.allocUnsafe(3 * text.length); // the most that a UTF-16 code unit can take
  return room.subarray(0, room.write(text));
};

/** One request. Its shape follows the options alone, never the load. */
export const render = (batch: Batch, { format, shape, names }: RenderOptions): Rendered => {
  const one = (event: MonitorEvent) => cloudEvent(event, names);
  switch (format) {
    case "json":
      return {
        headers: undefined,
        body: json(shape === "array" ? batch.map(payload) : payload(batch[0])),
      };
    case "cloudevents-structured":
      return { headers: undefined, body: json(one(batch[0])) };
    case "cloudevents-batch":
      return { headers: undefined, body: json(batch.map(one)) };
    case "cloudevents-binary":
      return { headers: cloudEventHeaders(batch[0], names), body: json(payload(batch[0])) };
  }
};
