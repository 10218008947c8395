import { createMonitor, type Monitor, type MonitorEvent } from "@datasync-monitor/core";
import { memoryNotifier, sampleEvent } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../src/crash/verdict.ts";
import { Witness } from "../src/crash/witness.ts";
import type { StoreAccount } from "../src/crash/words.ts";
import type { Receivers } from "../src/receivers/receivers.ts";
import { delivery } from "./support/deliveries.ts";

const sample = (end: string) =>
  sampleEvent({
    id: `0198f560-8440-7000-8000-00000000000${end}`,
    details: { run_id: `0198f560-8440-7000-8000-0000000000a${end}` },
  });
const [first, second] = [sample("1"), sample("2")];

let filters: Monitor;
beforeEach(() => {
  filters = createMonitor();
  filters.registerNotifier(memoryNotifier({ id: "mail" }), {
    where: ({ level }) => level === "info",
  });
});
afterEach(() => filters.close());

/** Both taken and committed, and delivered to the one receiver. */
const whole: StoreAccount = {
  events: [first, second],
  deliveries: [delivery(first, "mail"), delivery(second, "mail")],
  booksFaults: [],
};

interface Run {
  readonly taken?: readonly MonitorEvent[];
  readonly committed?: readonly MonitorEvent[];
  readonly account?: StoreAccount;
  /** What arrived, in the order of arrival. */
  readonly arrived: readonly string[];
}

const verdictOf = (run: Run) => {
  const { taken = [first, second], committed = taken, account = whole, arrived } = run;
  const witness = new Witness();
  const hear = witness.hear({ say: () => {}, signal: () => {}, open: () => {} });
  for (const event of taken) hear({ kind: "signal", signal: { kind: "taken", event } });
  hear({ kind: "committed", ids: committed.map(({ id }) => id) });
  hear({ kind: "account", account });
  const messages = arrived.map((shown) => ({ shown, parts: [shown] }));
  const receivers: Receivers = {
    all: [
      {
        notifier: memoryNotifier({ id: "mail" }),
        options: {},
        standIn: undefined,
        standInEnv: {},
        arrived: () => messages,
        close: async () => {},
      },
    ],
    metrics: undefined as never,
    standInEnv: {},
    register: () => {},
    close: async () => {},
  };
  const { missing, spurious, duplicates } = judge({ witness, receivers, filters });
  return { missing, spurious, duplicates };
};

const at = (event: MonitorEvent) => `sync_success ${event.id} at mail: `;

describe("judge", () => {
  it("finds nothing wrong where all that was committed arrived once", () => {
    expect(verdictOf({ arrived: [first.id, second.id] })).toEqual({
      missing: [],
      spurious: [],
      duplicates: [],
    });
  });

  it("misses what was committed and the store no longer knows", () => {
    const account = { ...whole, events: [second], deliveries: [delivery(second, "mail")] };
    expect(verdictOf({ account, arrived: [second.id] }).missing).toEqual([
      `${at(first)}no delivery; found 0 times`,
    ]);
  });

  it("misses what the store calls delivered and did not arrive", () => {
    expect(verdictOf({ arrived: [first.id] }).missing).toEqual([
      `${at(second)}delivered; found 0 times`,
    ]);
  });

  it("misses what the store holds and has not delivered, though nobody was told that it was committed", () => {
    const deliveries = [delivery(first, "mail"), delivery(second, "mail", "pending")];
    const run = { committed: [first], account: { ...whole, deliveries }, arrived: [first.id] };
    expect(verdictOf(run).missing).toEqual([`${at(second)}pending; found 0 times`]);
  });

  it("misses nothing that was never committed", () => {
    const account = { ...whole, events: [first], deliveries: [delivery(first, "mail")] };
    expect(verdictOf({ committed: [first], account, arrived: [first.id] })).toEqual({
      missing: [],
      spurious: [],
      duplicates: [],
    });
  });

  it("finds it spurious when something arrives that was never committed", () => {
    const account = { ...whole, events: [first], deliveries: [delivery(first, "mail")] };
    const run = { committed: [first], account, arrived: [first.id, second.id] };
    expect(verdictOf(run).spurious).toEqual([`${second.id} at mail: it was never committed`]);
  });

  it("finds it spurious when something arrives that nobody emitted, whatever the markup did to its id", () => {
    const stranger = "0198f560-8440-7000-8000-0000000000ff";
    const arrived = [first.id, second.id, `Run ${stranger.replaceAll("-", "&#45;")}`];
    expect(verdictOf({ arrived }).spurious).toEqual([`${stranger} at mail: nobody emitted it`]);
  });

  it("finds it spurious when something arrives that its receiver does not want", () => {
    const unwanted = { ...second, level: "error" as const };
    const account = { ...whole, events: [first, unwanted], deliveries: [delivery(first, "mail")] };
    const run = { taken: [first, unwanted], account, arrived: [first.id, second.id] };
    expect(verdictOf(run).spurious).toEqual([`${at(second)}no delivery; found 1 times`]);
  });

  it("counts what arrives again, and misses nothing for it", () => {
    expect(verdictOf({ arrived: [first.id, first.id, second.id] })).toEqual({
      missing: [],
      spurious: [],
      duplicates: [`${at(first)}delivered; found 2 times`],
    });
  });

  it("does not take a run of a known event for a stranger", () => {
    const arrived = [`${first.id} Run ${String(first.details.run_id)}`, second.id];
    expect(verdictOf({ arrived }).spurious).toEqual([]);
  });
});
