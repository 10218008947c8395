import { type Batch, createMonitor, DeliveryError } from "@datasync-monitor/core";
import {
  checkBooks,
  hostileHttp,
  notifierHost,
  sampleBatch,
  sampleEvent,
  sendContext,
} from "@datasync-monitor/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { pager } from "../src/index.ts";

const routingKey = "R0UTING-KEY";

/** A pager's address on this machine, and a notifier for it. Both are closed with the test. */
const rig = async () => {
  const address = await hostileHttp();
  const notifier = pager({ url: address.url, routingKey });
  onTestFinished(async () => {
    await notifier.close?.();
    await address.close();
  });
  const send = async (batch: Batch = [sampleEvent()]) => notifier.send(batch, sendContext());
  const failure = async (batch?: Batch): Promise<DeliveryError> => {
    const error: unknown = await send(batch).then(
      () => expect.fail("resolved"),
      (reason: unknown) => reason,
    );
    if (!DeliveryError.is(error)) throw error;
    return error;
  };
  return { address, notifier, send, failure };
};

describe("a request", () => {
  it("carries the routing key, and each event as an alert", async () => {
    const { address, send } = await rig();
    const event = sampleEvent({
      event_type: "sync_failure",
      level: "error",
      message: "no such table:\ncoin_data",
      details: { table: "coin_data" },
      metrics: { duration_seconds: 1.5 },
    });
    await send([event]);
    const [request] = address.accepted();
    expect(request).toMatchObject({
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-routing-key": routingKey,
        "idempotency-key": sendContext().idempotencyKey,
      },
    });
    expect(JSON.parse(request?.body ?? "")).toEqual({
      alerts: [
        {
          dedup_key: event.id,
          severity: "error",
          summary: "Data sync failed: no such table: coin_data",
          source: event.service,
          class: "sync_failure",
          occurred_at: event.timestamp,
          details: { table: "coin_data" },
          metrics: { duration_seconds: 1.5 },
        },
      ],
    });
  });

  it("speaks the monitor's language", async () => {
    const { address, notifier, send } = await rig();
    notifier.attach?.(notifierHost({ locale: "zh-CN" }));
    await send([sampleEvent({ event_type: "sync_failure", message: "源库没有响应" })]);
    expect(address.accepted()[0]?.body).toContain("数据同步失败: 源库没有响应");
  });

  it("cuts a summary at 1,024 characters", async () => {
    const { address, send } = await rig();
    await send([sampleEvent({ message: "长".repeat(2_000) })]);
    const { alerts } = JSON.parse(address.accepted()[0]?.body ?? "");
    expect(alerts[0].summary).toHaveLength(1_024);
    expect(alerts[0].summary).toMatch(/长…$/);
  });
});

describe("an answer", () => {
  it("of 202 is a receipt for later, with the pager's name for the request", async () => {
    const { address, send } = await rig();
    address.answer(202, JSON.stringify({ request_id: "req_17" }));
    expect(await send()).toEqual({ asynchronous: true, reference: "req_17" });
  });

  it("of 202 is a receipt too when nobody can read it", async () => {
    const { address, send } = await rig();
    address.answer(202, "<html>");
    expect(await send()).toEqual({ asynchronous: true });
  });

  it("of 429 says how long to wait", async () => {
    const { address, failure } = await rig();
    address.answer(429, "", { "retry-after": "7" });
    expect(await failure()).toMatchObject({ code: "rate-limited", retryAfterMs: 7_000 });
  });

  it("of 400 names the culprits by their index", async () => {
    const { address, failure } = await rig();
    const errors = [{ index: 0, message: "source is unknown" }, { index: 2 }];
    address.answer(400, JSON.stringify({ errors }));
    const error = await failure(sampleBatch(3));
    expect(error).toMatchObject({ code: "payload", rejected: [0, 2] });
    expect(error.message).not.toContain("source is unknown");
  });

  it.each(["", "<html>", "null", '{"errors":"all"}', '{"errors":[null,7,{"index":"1"}]}'])(
    "of 400 with %j names nobody",
    async (body) => {
      const { address, failure } = await rig();
      address.answer(400, body);
      expect(await failure(sampleBatch(3))).toMatchObject({ code: "payload", rejected: [] });
    },
  );
});

describe("in a monitor", () => {
  it("an alert that is refused dies alone, and the others page once", async () => {
    const { address, notifier } = await rig();
    address.answer(400, JSON.stringify({ errors: [{ index: 1 }] }), {}, 1);
    const monitor = createMonitor({ onProblem: () => {} });
    monitor.registerNotifier(notifier);
    for (const message of ["first", "second", "third"]) {
      monitor.emitEvent({ event_type: "sync_failure", message });
    }
    await monitor.flush({ deadlineMs: 10_000 });

    const bodies = address.accepted().map(({ body }) => JSON.parse(body));
    expect(
      bodies.map(({ alerts }) => alerts.map((one: { summary: string }) => one.summary)),
    ).toEqual([["Data sync failed: first", "Data sync failed: third"]]);
    const { rows } = await monitor.getDeliveries({ states: ["dead"] });
    expect(rows).toMatchObject([{ receiver: "pager", reason: "payload", attempts: 1 }]);
    await monitor.close();
    checkBooks(monitor.stats());
  });
});

describe("options", () => {
  it("need a routing key", () => {
    expect(() => pager({ routingKey: process.env.NOT_SET })).toThrow(
      /pager\(\): `routingKey` must/,
    );
  });

  it("are known by name", () => {
    const misspelt = { routingKey, adress: "https://events.pager.example" };
    expect(() => pager(misspelt)).toThrow(/no option `adress`/);
  });

  it.each([
    ["routingKey", { routingKey: "SECRET\nkey" }],
    ["url", { routingKey, url: "events.pager.example/SECRET" }],
    ["url", { routingKey, url: "http://events.pager.example/SECRET" }],
  ])("name %s when it is wrong, and do not repeat it", (option, options) => {
    expect(() => pager(options)).toThrow(expect.objectContaining({ option }));
    expect(() => pager(options)).not.toThrow(/SECRET/);
  });

  it("give two routing keys limits of their own, and hide both", () => {
    const url = "https://events.pager.example/v1/alerts";
    const keys = [routingKey, routingKey, "OTHER"].map(
      (key) => pager({ url, routingKey: key }).destinationKey,
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
    expect(keys.join()).not.toMatch(/R0UTING|OTHER|pager/);
  });
});
