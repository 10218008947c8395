import { createMonitor, type MonitorEvent } from "@datasync-monitor/core";
import { notifierHost, sampleBatch, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageId, threadId } from "../src/thread.ts";
import { addresses, cleanUp, notifierFor, sendOne, standIn } from "./support/workbench.ts";

cleanUp();

/** `msg-id` of RFC 5322 §3.6.4, without the quoted and the obsolete forms. */
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const msgId = new RegExp(`^<${atom}(?:\\.${atom})*@${atom}(?:\\.${atom})*>$`);

/** The thread of each mail that these batches become, as the receiving side parses it. */
const threadsOf = async (
  batches: readonly (readonly Partial<MonitorEvent>[])[],
  { timeZone, attached }: { readonly timeZone?: string; readonly attached?: string } = {},
): Promise<readonly string[]> => {
  const server = await standIn();
  const notifier = notifierFor({ url: server.url, timeZone });
  if (attached !== undefined) notifier.attach?.(notifierHost({ timeZone: attached }));
  for (const [index, [first = {}, ...others]] of batches.entries()) {
    const batch = [sampleEvent(first), ...others.map((part) => sampleEvent(part))] as const;
    await notifier.send(batch, sendContext({ idempotencyKey: `batch-${index}` }));
  }
  return server.mails().map(({ headers }) => {
    expect(headers["in-reply-to"]).toBe(headers.references);
    expect(headers.references).toMatch(msgId);
    expect(headers["message-id"]).toMatch(msgId);
    expect(headers["message-id"]).not.toBe(headers.references);
    return headers.references ?? "";
  });
};

const types = (...event_types: readonly string[]) =>
  event_types.map((event_type) => ({ event_type }));

describe("the thread of a mail", () => {
  it("is one for a day's syncs, however they begin and end", async () => {
    const [start, success, failure, warning] = await threadsOf([
      types("sync_start"),
      types("sync_success"),
      types("sync_failure"),
      [{ event_type: "performance_warning", details: { operation: "sync" } }],
    ]);
    expect([success, failure, warning]).toEqual([start, start, start]);
  });

  it("is that of the operation for a digest of one operation's events", async () => {
    const [single, digest] = await threadsOf([
      types("sync_start"),
      types("sync_start", "sync_failure"),
    ]);
    expect(digest).toBe(single);
  });

  it("is another for another operation, another service, and what is no operation", async () => {
    const threads = await threadsOf([
      types("sync_success"),
      types("cleanup_success"),
      [{ event_type: "sync_success", service: "billing" }],
      types("storage_warning"),
      types("performance_warning"),
      types("invoice.paid"),
    ]);
    expect(new Set(threads).size).toBe(6);
  });

  it("gathers a service's digests of several operations", async () => {
    const [first, second, single, other] = await threadsOf([
      types("sync_success", "cleanup_failure"),
      types("migration_start", "storage_warning"),
      types("sync_success"),
      [
        { event_type: "sync_success", service: "billing" },
        { event_type: "cleanup_success", service: "billing" },
      ],
    ]);
    expect(second).toBe(first);
    expect(new Set([first, single, other]).size).toBe(3);
  });

  it("gathers the digests of several services, whichever comes first", async () => {
    const [one, other] = [{ service: "billing" }, { service: "shop" }];
    const [first, second, single] = await threadsOf([[one, other], [other, one], [one]]);
    expect(second).toBe(first);
    expect(single).not.toBe(first);
  });

  it("is that of the event type alone, whatever other events say of an operation, and of a whole word", async () => {
    const [success, told, started, plain] = await threadsOf([
      types("sync_success"),
      [{ event_type: "sync_success", details: { operation: "billing" } }],
      types("sync_started"),
      types("sync"),
    ]);
    expect([told, plain]).toEqual([success, success]);
    expect(started).not.toBe(success);
  });

  it("is another where service and operation part elsewhere", async () => {
    const [one, other] = await threadsOf([
      [{ service: "a", event_type: "bc" }],
      [{ service: "ab", event_type: "c" }],
    ]);
    expect(other).not.toBe(one);
  });

  it("ends with the day of a digest's first event, and says when that has none", async () => {
    const [digest, undated] = await threadsOf([
      [{ timestamp: "2025-08-29T23:59:00.000Z" }, { timestamp: "2025-08-30T00:01:00.000Z" }],
      [{ timestamp: "no date" }],
    ]);
    expect(digest).toMatch(/-2025-08-29@example\.com>$/);
    expect(undated).toMatch(/-undated@example\.com>$/);
  });

  it.each([
    [undefined, undefined, "2025-08-29"],
    [undefined, "Asia/Shanghai", "2025-08-30"],
    ["Asia/Shanghai", "UTC", "2025-08-30"],
    ["America/New_York", "Asia/Shanghai", "2025-08-29"],
  ])("ends with the reader's day: zone %s, the monitor's %s", async (timeZone, attached, day) => {
    const [thread, later] = await threadsOf(
      [[{ timestamp: "2025-08-29T16:00:00.000Z" }], [{ timestamp: "2025-08-31T01:00:00.000Z" }]],
      {
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(attached === undefined ? {} : { attached }),
      },
    );
    expect(thread).toMatch(new RegExp(`-${day}@example\\.com>$`));
    expect(later).not.toBe(thread);
  });

  it("stays the same over attempts, although a batch waits past midnight", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    await sendOne(notifier);
    await sendOne(notifier, sendContext({ attempt: 9 }));
    const [first, again] = server.mails().map(({ headers }) => headers);
    expect(again?.references).toBe(first?.references);
    expect(again?.["message-id"]).toBe(first?.["message-id"]);
  });

  it("tells nothing of what it is about", async () => {
    const secret = "billing-s3cr3t";
    const [thread = ""] = await threadsOf([[{ service: secret, event_type: `${secret}.paid` }]]);
    expect(thread).toMatch(/^<datasync-[0-9a-f]{32}-2025-08-29@example\.com>$/);
  });

  it("holds what a monitor's own runs say", async () => {
    const server = await standIn();
    const monitor = createMonitor();
    monitor.registerNotifier(notifierFor({ url: server.url }), { batch: { maxSize: 1 } });
    await monitor.track("backup", () => {});
    await monitor.track("backup", () => Promise.reject(new Error("boom"))).catch(() => {});
    await monitor.close();
    const threads = server.mails().map(({ headers }) => headers.references);
    expect(threads).toHaveLength(4);
    expect(new Set(threads).size).toBe(1);
  });
});

it("ids are valid and never fold a line, whatever the names and keys hold", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 200, size: "max" }),
      fc.constantFrom(
        ...["a..b", ".a", "a.", "a@b", "<a>", "", "x".repeat(65), "0198f560-8440-7000"],
      ),
      fc.constantFrom("sync_start", "performance_warning", "invoice.paid"),
      fc.constantFrom("2025-08-29T10:30:00.000Z", "9999-12-31T23:59:59.999Z", "no date"),
      (service, key, event_type, timestamp) => {
        const [event] = sampleBatch(1, {
          service,
          event_type,
          timestamp,
          details: { operation: service },
        });
        const ids = [
          messageId(key, "datasync@example.com"),
          messageId(service, "datasync@xn--bcher-kva.example"),
          threadId([event], "datasync@localhost", "Asia/Shanghai"),
        ];
        for (const id of ids) {
          expect(id).toMatch(msgId);
          expect(id.length).toBeLessThan(200);
        }
      },
    ),
  );
});

it("a key of up to 64 characters is the Message-ID's own, and a longer one is hashed", async () => {
  const server = await standIn();
  const notifier = notifierFor({ url: server.url });
  for (const length of [64, 65])
    await sendOne(notifier, sendContext({ idempotencyKey: "k".repeat(length) }));
  const [whole, hashed] = server.mails().map(({ headers }) => headers["message-id"]);
  expect(whole).toBe(`<${"k".repeat(64)}@example.com>`);
  expect(hashed).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
});

it("the domain of an id is that of `from`", async () => {
  const server = await standIn();
  await sendOne(notifierFor({ ...addresses, url: server.url, from: "ops@bücher.example" }));
  const [mail] = server.mails();
  expect(mail?.headers.references).toMatch(/@xn--bcher-kva\.example>$/);
  expect(mail?.headers["message-id"]).toMatch(/@xn--bcher-kva\.example>$/);
});
