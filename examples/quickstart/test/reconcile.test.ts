import type { Delivery, MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { reconcile, type Sources } from "../src/report/reconcile.ts";
import { fateTable } from "../src/report/table.ts";
import { delivery } from "./support/deliveries.ts";

const first = sampleEvent({ id: "0198f560-8440-7000-8000-000000000001" });
const second = sampleEvent({ id: "0198f560-8441-7000-8000-000000000002" });

/** Two events, wanted by mail and chat alike, delivered once to each. */
const allWell: Sources = {
  events: [first, second],
  receivers: ["mail", "chat"],
  deliveries: [first, second].flatMap((event) => [
    delivery(event, "mail"),
    delivery(event, "chat"),
  ]),
  isWanted: () => true,
  timesFound: () => 1,
};

const at = (event: MonitorEvent, receiver: string) => `sync_success ${event.id} at ${receiver}: `;

describe("reconcile", () => {
  it("finds nothing wrong where each event arrived once", () => {
    expect(reconcile(allWell)).toMatchObject({
      delivered: 4,
      notWanted: 0,
      lost: [],
      duplicates: [],
      strays: [],
    });
  });

  it("finds an event lost that is said to be delivered and did not arrive", () => {
    const { lost, duplicates } = reconcile({
      ...allWell,
      timesFound: (event, receiver) => (event === second && receiver === "chat" ? 0 : 1),
    });
    expect(lost).toEqual([`${at(second, "chat")}delivered; found 0 times`]);
    expect(duplicates).toEqual([]);
  });

  it("finds an event lost that was wanted and has no delivery", () => {
    const deliveries = allWell.deliveries.filter(({ event_id }) => event_id !== first.id);
    const { lost, delivered } = reconcile({ ...allWell, deliveries });
    expect(lost).toEqual([
      `${at(first, "mail")}no delivery; found 1 times`,
      `${at(first, "chat")}no delivery; found 1 times`,
    ]);
    expect(delivered).toBe(2);
  });

  it.each(["pending", "dead", "dropped"] as const)("counts a %s delivery as lost", (state) => {
    const [, ...others] = allWell.deliveries;
    const { lost, delivered } = reconcile({
      ...allWell,
      deliveries: [delivery(first, "mail", state), ...others],
      timesFound: (event, receiver) => (event === first && receiver === "mail" ? 0 : 1),
    });
    expect(lost).toHaveLength(1);
    expect(lost[0]).toContain(`${at(first, "mail")}${state}`);
    expect(delivered).toBe(3);
  });

  it("finds an event that arrived twice", () => {
    const { lost, duplicates } = reconcile({
      ...allWell,
      timesFound: (event, receiver) => (event === first && receiver === "mail" ? 2 : 1),
    });
    expect(duplicates).toEqual([`${at(first, "mail")}delivered; found 2 times`]);
    expect(lost).toEqual([]);
  });

  it("finds an event that reached a receiver which did not want it", () => {
    const { strays, notWanted } = reconcile({
      ...allWell,
      isWanted: (event, receiver) => event === first || receiver === "mail",
    });
    expect(strays).toEqual([`${at(second, "chat")}delivered; found 1 times`]);
    expect(notWanted).toBe(1);
  });

  it("takes the monitor's word where nobody can look", () => {
    const account = reconcile({ ...allWell, timesFound: () => undefined });
    expect(account).toMatchObject({ delivered: 4, lost: [], duplicates: [] });
  });
});

describe("fateTable", () => {
  it("shows the attempt that delivered, what was not wanted, what is open and what came twice", () => {
    const account = reconcile({
      ...allWell,
      deliveries: [delivery(first, "mail"), delivery(second, "mail", "pending")],
      isWanted: (_event, receiver) => receiver === "mail",
      timesFound: (event, receiver) => (receiver === "chat" ? 0 : event === first ? 2 : 0),
    });
    expect(fateTable(account, ["mail", "chat"])).toBe(
      [
        "time          id         event         mail         chat",
        "10:30:00.000  8440-7000  sync_success  ✓ 1, 2 seen  ·",
        "10:30:00.000  8441-7000  sync_success  pending      ·",
      ].join("\n"),
    );
  });

  it("marks the deliveries that are to be told from others", () => {
    const mark = ({ receiver }: Delivery) => (receiver === "chat" ? " ↻" : "");
    expect(fateTable(reconcile({ ...allWell, events: [first] }), ["mail", "chat"], mark)).toBe(
      [
        "time          id         event         mail  chat",
        "10:30:00.000  8440-7000  sync_success  ✓ 1   ✓ 1 ↻",
      ].join("\n"),
    );
  });
});
