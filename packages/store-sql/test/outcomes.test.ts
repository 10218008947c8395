import type { DeliveryFailure, EventStore, Outcome } from "@datasync-monitor/core";
import { fakeClock } from "@datasync-monitor/testkit";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { accepted, eventAt, idOf } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

const now = Date.UTC(2025, 7, 29, 10, 30);
const first: DeliveryFailure = { code: "unavailable", message: "first" };
const second: DeliveryFailure = { code: "payload", message: "second" };

let folder: Folder;
let store: EventStore;

beforeEach(() => {
  folder = temporaryFolder();
  store = sqlStore({ file: folder.path("events.db"), clock: fakeClock(now) });
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

describe("a delivery that is told of twice in one group", () => {
  const told = { event_id: idOf(1), receiver: "a", fence: 1, attempts: 1, batch_id: null };
  const waits = (last_error: DeliveryFailure | null): Outcome => {
    return { ...told, state: "pending", next_at: now + 1, resume: null, last_error };
  };
  const died: Outcome = {
    ...{ ...told, state: "dead", settled_at: now, reason: "payload" },
    last_error: second,
  };
  const arrived: Outcome = { ...told, state: "delivered", settled_at: now, reference: "x" };

  it.each([
    ["waits", [waits(first), waits(second)], { state: "pending", last_error: second }],
    ["dies", [waits(first), died], { state: "dead", last_error: second }],
    ["arrives", [waits(first), arrived], { state: "delivered", last_error: first }],
    ["has arrived", [arrived, died], { state: "delivered", last_error: null }],
  ] as const)("%s as the last word has it, and shows what failed last", async (_, said, row) => {
    const group = { now, leaseMs: 0, accepted: [accepted(1)], outcomes: said };
    expect(await store.commit(group)).toEqual({ stale: [] });
    expect((await store.deliveries({})).rows).toMatchObject([row]);
  });
});

it("names receivers in the backlog as they are called", async () => {
  const names = ["a", 'm"ail', "m\\ail", "\ud83d"];
  await store.commit({ now, leaseMs: 0, accepted: [accepted(1, names)], outcomes: [] });
  expect((await store.backlog()).map(({ receiver }) => receiver).sort()).toEqual(names.sort());
});

it("goes on counting where what it had summed up is damaged", async () => {
  const commit = (n: number) => {
    const event = eventAt(n, now, { metrics: { records_synced: 5, duration_seconds: 2 } });
    return store.commit({ now, leaseMs: 0, accepted: [{ event, receivers: [] }], outcomes: [] });
  };
  await commit(1);
  const database = new Database(folder.path("events.db"));
  database.exec("pragma busy_timeout = 2000");
  database.exec(`update datasync_hours set sketches = '{"records_synced":[1,"x"]}'`);
  database.close();
  await commit(2);
  const metrics = ["records_synced", "duration_seconds"] as const;
  const query = { types: ["sync_success"], since: 0, until: now, metrics: [...metrics] };
  const { types, metrics: sums } = await store.aggregate(query);
  expect(types.sync_success?.count).toBe(2);
  expect(sums).toMatchObject({ records_synced: { count: 1 }, duration_seconds: { count: 1 } });
});
