import type { Delivery, MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { countScraped, countTold } from "../src/rehearsal/arrivals.ts";
import { balance, type LedgerSources } from "../src/rehearsal/ledger.ts";
import { typeTable } from "../src/rehearsal/table.ts";

const first = sampleEvent({ id: "0198f560-8440-7000-8000-000000000001" });
const second = sampleEvent({ id: "0198f560-8441-7000-8000-000000000002" });

const delivery = (
  event: MonitorEvent,
  receiver: string,
  state: Delivery["state"] = "delivered",
): Delivery => ({
  event_id: event.id,
  receiver,
  state,
  reason: null,
  attempts: 1,
  batch_id: null,
  taken_at: event.timestamp,
  next_at: null,
  settled_at: event.timestamp,
  reference: null,
  last_error: null,
});

/** Two events, wanted by mail and chat alike, delivered once to each. */
const allWell: LedgerSources = {
  events: [first, second],
  receivers: ["mail", "chat"],
  deliveries: [first, second].flatMap((event) => [
    delivery(event, "mail"),
    delivery(event, "chat"),
  ]),
  isWanted: () => true,
  timesArrived: () => 1,
};

describe("balance", () => {
  it("finds nothing wrong where each event arrived once", () => {
    expect(balance(allWell)).toEqual({
      delivered: 4,
      notWanted: 0,
      lost: [],
      duplicates: [],
      strays: [],
    });
  });

  it("finds an event lost that is said to be delivered and did not arrive", () => {
    const { lost } = balance({
      ...allWell,
      timesArrived: (event, receiver) => (event === second && receiver === "chat" ? 0 : 1),
    });
    expect(lost).toEqual([`sync_success ${second.id} at chat: delivered, arrived 0 times`]);
  });

  it.each(["pending", "dead", "dropped"] as const)("counts a %s delivery as lost", (state) => {
    const [, ...others] = allWell.deliveries;
    const deliveries = [delivery(first, "mail", state), ...others];
    const { lost, delivered } = balance({ ...allWell, deliveries });
    expect(lost).toEqual([`sync_success ${first.id} at mail: ${state}, arrived 1 times`]);
    expect(delivered).toBe(3);
  });

  it("finds an event that arrived twice, and one that nobody there wanted", () => {
    const { duplicates, strays, notWanted } = balance({
      ...allWell,
      isWanted: (event, receiver) => event === first || receiver === "mail",
      timesArrived: (event) => (event === first ? 2 : 1),
    });
    expect(duplicates).toHaveLength(2);
    expect(strays).toEqual([`sync_success ${second.id} at chat: delivered, arrived 1 times`]);
    expect(notWanted).toBe(1);
  });

  it("takes the monitor's word where only numbers arrive", () => {
    expect(balance({ ...allWell, timesArrived: () => undefined })).toMatchObject({
      delivered: 4,
      lost: [],
      duplicates: [],
    });
  });
});

describe("countTold", () => {
  it("counts each place that shows an event's id", () => {
    const texts = [`{"id":"${first.id}"}`, `${second.id}, again ${second.id}`];
    expect(Object.fromEntries(countTold([first, second], texts))).toEqual({
      [first.id]: 1,
      [second.id]: 2,
    });
  });

  it("finds events without ids by message and time, each text for one of them", () => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const clock = new Date(first.timestamp)
      .toLocaleString("sv-SE", { timeZone })
      .replaceAll("-", "&#45;");
    const text = `**${first.message.replaceAll(":", "&#58;")}** · ${clock} +00:00`;
    const same = { ...first, id: second.id };
    expect([...countTold([first, same], [text]).keys()]).toEqual([first.id]);
    expect(countTold([first, same], [text, text]).size).toBe(2);
    expect(countTold([first], [first.message, clock]).size).toBe(0);
  });
});

describe("countScraped", () => {
  it("adds up the levels of each type", () => {
    const scraped = [
      "# TYPE datasync_monitor_events_total counter",
      'datasync_monitor_events_total{type="health_check",level="info"} 5',
      'datasync_monitor_events_total{type="health_check",level="critical"} 1',
      'datasync_monitor_events_refused_total{reason="invalid"} 9',
    ].join("\n");
    expect(Object.fromEntries(countScraped(scraped))).toEqual({ health_check: 6 });
  });
});

describe("typeTable", () => {
  it("has a line for each of the thirteen types, and shows where something is missing", () => {
    const lines = typeTable([first, second], {
      receivers: ["mail", "chat"],
      isWanted: (_event, receiver) => receiver === "mail",
      countArrived: (events, receiver) => (receiver === "mail" ? events.length / 2 : 0),
    }).split("\n");
    expect(lines).toHaveLength(14);
    expect(lines[0]).toBe("event                emitted    mail  chat");
    expect(lines[1]).toBe("sync_start                 0       ·     ·");
    expect(lines[2]).toBe("sync_success               2  1 of 2     ·");
  });
});
