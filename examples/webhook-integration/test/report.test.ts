import type { Delivery, MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { accountOf, type Emitted, serverFaults } from "../src/report.ts";

const first = sampleEvent({ id: "1", event_type: "sync_start" });
const second = sampleEvent({ id: "2", event_type: "sync_failure" });

/** Slack is to get the second alone. */
const emitted: readonly Emitted[] = [
  { event: first, reaches: ["console"] },
  { event: second, reaches: ["console", "slack"] },
];

const delivery = (event: MonitorEvent, state: Delivery["state"] = "delivered"): Delivery => ({
  event_id: event.id,
  receiver: "slack",
  state,
  reason: state === "dead" ? "payload" : null,
  attempts: 1,
  batch_id: null,
  taken_at: event.timestamp,
  next_at: null,
  settled_at: event.timestamp,
  reference: null,
  last_error: null,
});

/** What is said of slack when `times` of each event were seen there. */
const slack = (deliveries: readonly Delivery[], ...times: [number, number] | []) => {
  const seen = new Map([
    [first.id, times[0]],
    [second.id, times[1]],
  ]);
  const timesArrived = times.length === 0 ? undefined : ({ id }: MonitorEvent) => seen.get(id) ?? 0;
  return accountOf({ name: "slack", timesArrived }, deliveries, emitted);
};

describe("accountOf", () => {
  it("finds nothing wrong where each event arrived once wherever it was to", async () => {
    expect(await slack([delivery(second)], 0, 1)).toEqual({
      channel: "slack",
      arrived: ["sync_failure"],
      seen: true,
      faults: [],
    });
  });

  it("takes the monitor's word where nobody can look", async () => {
    expect(await slack([delivery(second)])).toMatchObject({
      arrived: ["sync_failure"],
      seen: false,
      faults: [],
    });
  });

  it.each([
    ["said to be delivered, and not seen", [delivery(second)], "arrived 0 times", 0],
    ["that arrived twice", [delivery(second)], "arrived 2 times", 2],
    ["that is given up", [delivery(second, "dead")], "did not arrive, dead, payload", 0],
    ["that still waits", [delivery(second, "pending")], "did not arrive, pending", 0],
    ["that was not wanted", [], "did not arrive, not wanted", 0],
  ])("names an event %s", async (_what, deliveries, fault, times) => {
    const { faults } = await slack(deliveries, 0, times);
    expect(faults).toEqual([`slack: sync_failure ${fault}`]);
  });

  it.each([
    ["by the monitor's word", [delivery(first), delivery(second)], 0],
    ["by what was seen", [delivery(second)], 1],
  ])("names an event that was not to arrive and did, %s", async (_what, deliveries, times) => {
    const { faults } = await slack(deliveries, times, 1);
    expect(faults).toEqual(["slack: sync_start arrived, and was not to"]);
  });
});

describe("serverFaults", () => {
  const server = { url: "", secret: "", handled: [], close: async () => {} };

  it("finds nothing wrong with one duplicate dropped and one request refused", () => {
    expect(serverFaults({ ...server, duplicates: [first], refusals: [401] })).toEqual([]);
  });

  it("names what was not dropped, and what was not refused", () => {
    expect(serverFaults({ ...server, duplicates: [], refusals: [] })).toEqual([
      "server: dropped 0 events, not one",
      "server: refused nothing, not one request with 401",
    ]);
    expect(serverFaults({ ...server, duplicates: [first], refusals: [401, 500] })).toEqual([
      "server: refused 401, 500, not one request with 401",
    ]);
  });
});
