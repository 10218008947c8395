import { sampleEvent } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloudEvent, cloudEventHeaders, headerValue } from "../src/cloud-events.ts";
import { verifyWebhook, type WebhookFormat } from "../src/index.ts";
import { events, failure, rig, secret } from "./rig.ts";

const event = sampleEvent({
  id: "0198f5a0-7a40-7000-8000-000000000001",
  timestamp: "2025-08-29T10:30:00.000Z",
  event_type: "sync_failure",
  level: "error",
  service: "datasync",
  message: "数据源没有响应",
  details: { run_id: "run-7" },
  metrics: { duration_seconds: 30 },
});

const guideJson =
  '{"id":"0198f5a0-7a40-7000-8000-000000000001","service":"datasync","event_type":"sync_failure",' +
  '"level":"error","message":"数据源没有响应","timestamp":"2025-08-29T10:30:00.000Z",' +
  '"details":{"run_id":"run-7"},"metrics":{"duration_seconds":30}}';

const structured =
  '{"specversion":"1.0","id":"0198f5a0-7a40-7000-8000-000000000001","source":"/datasync",' +
  '"type":"io.github.datasync-monitor.sync_failure","time":"2025-08-29T10:30:00.000Z",' +
  '"subject":"run-7","level":"error","service":"datasync","datacontenttype":"application/json",' +
  `"data":${guideJson}}`;

const names = { source: undefined, typePrefix: "io.github.datasync-monitor" };

/** As a receiver does it: one round, and bytes that are not UTF-8 are refused. */
const decoded = (value: string): string => {
  const bytes = value.replace(/%([\dA-F]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    Buffer.from(bytes, "latin1"),
  );
};

const ceHeaders = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("ce-")));

describe("what arrives", () => {
  it("is one JSON object in the structured mode", async () => {
    const { receiver, notifier, send } = await rig({ format: "cloudevents-structured" });
    expect(notifier.maxBatchSize).toBe(1);
    await send([event]);
    const [request] = receiver.requests();
    expect(request?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(request?.body).toBe(structured);
    expect(ceHeaders(request?.headers ?? {})).toEqual({});
  });

  it("is headers and the guide's JSON in the binary mode", async () => {
    const { receiver, notifier, send } = await rig({ format: "cloudevents-binary" });
    expect(notifier.maxBatchSize).toBe(1);
    await send([event]);
    const [request] = receiver.requests();
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(ceHeaders(request?.headers ?? {})).toEqual({
      "ce-specversion": "1.0",
      "ce-id": "0198f5a0-7a40-7000-8000-000000000001",
      "ce-source": "/datasync",
      "ce-type": "io.github.datasync-monitor.sync_failure",
      "ce-time": "2025-08-29T10:30:00.000Z",
      "ce-subject": "run-7",
      "ce-level": "error",
      "ce-service": "datasync",
    });
    expect(request?.body).toBe(guideJson);
  });

  it("is an array in the batch mode, of one event too", async () => {
    const { receiver, notifier, send } = await rig({ format: "cloudevents-batch" });
    expect(notifier.maxBatchSize).toBe(100);
    await send([event]);
    await send(events(2));
    const [one, two] = receiver.requests();
    expect(one?.headers["content-type"]).toBe("application/cloudevents-batch+json; charset=utf-8");
    expect(one?.body).toBe(`[${structured}]`);
    expect(JSON.parse(two?.body ?? "").map(({ data }: { data: unknown }) => data)).toEqual(
      events(2),
    );
  });

  it("names the source and the prefix of the options", async () => {
    const { receiver, send } = await rig({
      format: "cloudevents-binary",
      source: "https://jobs.example/%E4%BD%A0?a=1#b",
      typePrefix: "com.example",
    });
    await send([event]);
    const headers = receiver.requests()[0]?.headers;
    expect(headers?.["ce-type"]).toBe("com.example.sync_failure");
    expect(headers?.["ce-source"]).toBe("https://jobs.example/%25E4%25BD%25A0?a=1#b");
    expect(decoded(String(headers?.["ce-source"]))).toBe("https://jobs.example/%E4%BD%A0?a=1#b");
  });

  it.each([
    ["cloudevents-structured", 1],
    ["cloudevents-binary", 1],
    ["cloudevents-batch", 3],
  ] as const)(
    "is signed byte for byte in %s, and verified to the events",
    async (format, count) => {
      const { receiver, send } = await rig({ format, secret });
      const batch = events(count);
      await send(batch);
      const [request] = receiver.requests();
      if (request === undefined) return expect.fail("nothing arrived");
      expect(verifyWebhook({ ...request, secret })).toEqual(batch);
      const otherBody = request.body.replace("event 0", "event 9");
      expect(() => verifyWebhook({ ...request, body: otherBody, secret })).toThrow("No signature");
    },
  );
});

describe("an attribute", () => {
  it("subject is there for an event of a run alone", () => {
    for (const run_id of [undefined, 7, "", "\n", null]) {
      const details = run_id === undefined ? {} : { run_id };
      expect(cloudEvent({ ...event, details }, names)).not.toHaveProperty("subject");
    }
  });

  it.each([
    ["你好 sync", "/%E4%BD%A0%E5%A5%BD%20sync", "你好 sync"],
    ["a/b?c#d", "/a%2Fb%3Fc%23d", "a/b?c#d"],
    ["a\r\nce-evil: 1", "/a%20ce-evil%3A%201", "a ce-evil: 1"],
    ["a\ud83d\ufdd0\u202e\u0000", "/a%EF%BF%BD%EF%BF%BD", "a\ufffd\ufffd"],
    ["\n", "/", undefined],
  ])(
    "of the service %j is a source that is a URI, and text that may stand there",
    (service, source, text) => {
      const attributes = cloudEvent({ ...event, service }, names);
      expect([attributes.source, attributes.service]).toEqual([source, text]);
      expect(attributes.data.service).toBe(service);
    },
  );

  it("is short however long the service and the run are", () => {
    const long = { ...event, service: "你".repeat(5_000), details: { run_id: "运".repeat(5_000) } };
    const headers = Object.values(cloudEventHeaders(long, names));
    expect(headers.join("").length).toBeLessThan(8_192);
    expect(cloudEvent(long, names).data.service).toHaveLength(5_000);
  });

  it("has a name of small letters and digits, and no value but text, for any event", () => {
    const unit = "binary";
    fc.assert(
      fc.property(fc.string({ unit }), fc.string({ unit }), (service, run_id) => {
        const made = { ...event, service, details: { run_id } };
        const { data, ...attributes } = cloudEvent(made, names);
        for (const [name, value] of Object.entries(attributes)) {
          expect(name).toMatch(/^[a-z\d]{1,20}$/);
          expect(value).toMatch(/^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+$/u);
        }
        const headers = cloudEventHeaders(made, names);
        for (const [name, value] of Object.entries(headers)) {
          expect(value).toMatch(/^[\x21\x23-\x7e]+$/);
          expect(decoded(value)).toBe(attributes[name.slice(3) as keyof typeof attributes]);
        }
        expect(headers).not.toHaveProperty("ce-datacontenttype");
      }),
    );
  });
});

describe("a header's value", () => {
  it.each([
    ["Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"],
    ['héllo "w" %\n', "h%C3%A9llo%20%22w%22%20%25%0A"],
    ["a\r\nce-evil: 1", "a%0D%0Ace-evil:%201"],
    ["\u0000\u007f\u009f", "%00%7F%C2%9F"],
    ["\\'(),;=@[]{}~!", "\\'(),;=@[]{}~!"],
    ["%41", "%2541"],
    ["\ud83d", "%EF%BF%BD"],
  ])("of %j is %s (trap 39)", (text, value) => {
    expect(headerValue(text)).toBe(value);
    expect(decoded(value)).toBe(text.toWellFormed());
  });

  it("is visible ASCII and tells any text apart", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(headerValue(text)).toMatch(/^[\x21\x23-\x7e]*$/);
        expect(decoded(headerValue(text))).toBe(text.toWellFormed());
      }),
    );
  });
});

describe("a receiver", () => {
  const formats: WebhookFormat[] = ["json", "cloudevents-structured", "cloudevents-batch"];

  it.each(formats)(
    "that answers 415 to %s has the wrong `format`, not a bad event",
    async (format) => {
      const { receiver, send } = await rig({ format });
      receiver.answer(415);
      const error = await failure(send());
      expect([error.code, error.message]).toEqual([
        "config",
        "the webhook answered 415: it does not take this content type; choose another `format`",
      ]);
    },
  );

  it("is probed by the content type of the format", async () => {
    const { receiver, verify } = await rig({ format: "cloudevents-batch" });
    await verify();
    expect(receiver.requests()[0]?.headers["content-type"]).toContain("cloudevents-batch+json");
  });
});
