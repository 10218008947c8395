import type { EventStore } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { accepted, idOf } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";
import { damageFile } from "./support/sqlite.ts";

const leaseMs = 30_000;
const now = Date.UTC(2025, 7, 29, 10, 30);

let folder: Folder;
let store: EventStore;

beforeEach(() => {
  folder = temporaryFolder();
  store = sqlStore({ file: folder.path("events.db") });
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Takes an event and leases it, by a clock that shows this. */
const leased = (at: number) =>
  store.commit({ now: at, leaseMs, accepted: [accepted(1)], outcomes: [] });

const fencesAt = async (at: number) =>
  (await store.claim({ receiver: "a", limit: 9, maxBytes: 2 ** 20, leaseMs, now: at })).map(
    ({ fence }) => fence,
  );

describe("a lease of before the clock was set back", () => {
  beforeEach(() => leased(now + 86_400_000));

  it("is cut to one from now, so that what a dead process held is free after that", async () => {
    expect(await fencesAt(now)).toEqual([]);
    expect(await fencesAt(now + leaseMs - 1)).toEqual([]);
    expect(await fencesAt(now + leaseMs)).toEqual([2]);
  });

  it("keeps nobody from what is free behind it", async () => {
    await store.commit({ now, leaseMs: 0, accepted: [accepted(2)], outcomes: [] });
    const query = { receiver: "a", limit: 1, maxBytes: 2 ** 20, leaseMs, now };
    expect((await store.claim(query)).map(({ event_id }) => event_id)).toEqual([idOf(2)]);
  });

  it("is still its holder's, who goes on renewing it", async () => {
    expect(await fencesAt(now)).toEqual([]);
    const lease = { event_id: idOf(1), receiver: "a", fence: 1 };
    expect(await store.renew([lease], leaseMs, now + leaseMs / 2)).toEqual({ lost: [] });
    expect(await fencesAt(now + leaseMs)).toEqual([]);
  });
});

it("a lease of a process whose clock is three leases ahead is not cut short", async () => {
  await leased(now + 2.9 * leaseMs);
  expect(await fencesAt(now)).toEqual([]);
  expect(await fencesAt(now + 2 * leaseMs)).toEqual([]);
});

it("sets aside what cannot be read for the receiver that asked, and leaves the others' as it is", async () => {
  const group = { now, leaseMs: 0, accepted: [accepted(1, ["a", "b"])] };
  const outcome = { event_id: idOf(1), fence: 1, attempts: 1, batch_id: "batch" };
  const waits = { state: "pending", next_at: now + 1, last_error: null, resume: null } as const;
  const ended = { state: "delivered", settled_at: now, reference: null } as const;
  await store.commit({
    ...group,
    outcomes: [
      { ...outcome, ...waits, receiver: "a" },
      { ...outcome, ...ended, receiver: "b" },
    ],
  });
  damageFile(folder.path("events.db"), idOf(1));
  expect(await fencesAt(now + 2)).toEqual([]);
  expect((await store.deliveries({})).rows).toMatchObject([
    {
      receiver: "a",
      state: "dead",
      reason: "corrupt",
      settled_at: new Date(now + 2).toISOString(),
      next_at: null,
    },
    { receiver: "b", state: "delivered", reason: null, settled_at: new Date(now).toISOString() },
  ]);
});

it("sets aside all that cannot be read at once, and hands out what lies behind it", async () => {
  const events = [1, 2, 3].map((n) => accepted(n));
  await store.commit({ now, leaseMs: 0, accepted: events, outcomes: [] });
  for (const n of [1, 2]) damageFile(folder.path("events.db"), idOf(n));
  const query = { receiver: "a", limit: 2, maxBytes: 2 ** 20, leaseMs, now };
  expect((await store.claim(query)).map(({ event_id }) => event_id)).toEqual([idOf(3)]);
  expect((await store.deliveries({ states: ["dead"] })).rows.map((row) => row.event_id)).toEqual([
    idOf(2),
    idOf(1),
  ]);
});

it.each(['m"ail', "m\\ail", "m\u0000ail", "\ud83d", "收".repeat(300)])(
  "renews and sets aside what is for a receiver of whatever name: %j",
  async (receiver) => {
    await store.commit({ now, leaseMs, accepted: [accepted(1, [receiver])], outcomes: [] });
    const lease = { event_id: idOf(1), receiver, fence: 1 };
    expect(await store.renew([lease], leaseMs, now + leaseMs / 2)).toEqual({ lost: [] });
    expect((await store.backlog()).map(({ pending }) => pending)).toEqual([1]);
    damageFile(folder.path("events.db"), idOf(1));
    const query = { receiver, limit: 9, maxBytes: 2 ** 20, leaseMs };
    expect(await store.claim({ ...query, now: now + leaseMs })).toEqual([]);
    expect(await store.claim({ ...query, now: now + 2 * leaseMs })).toEqual([]);
    const { rows } = await store.deliveries({ receiver });
    expect(rows).toMatchObject([{ state: "dead", reason: "corrupt" }]);
  },
);

it("an outcome is refused also where its group accepts the event anew, which another holds", async () => {
  await leased(now);
  expect(await fencesAt(now + leaseMs)).toEqual([2]);
  const told = { event_id: idOf(1), receiver: "a", fence: 1, attempts: 1, batch_id: null };
  const outcome = { ...told, state: "delivered", settled_at: now, reference: null } as const;
  const group = { now: now + leaseMs, leaseMs, accepted: [accepted(1), accepted(2)] };
  const { stale } = await store.commit({ ...group, outcomes: [outcome] });
  expect(stale).toEqual([{ event_id: idOf(1), receiver: "a" }]);
});

it("of several outcomes those are refused that nobody may tell, whatever the receivers are called", async () => {
  const names = ["a", 'm"ail', "\ud83d"];
  await store.commit({ now, leaseMs, accepted: [accepted(1, names)], outcomes: [] });
  const told = { event_id: idOf(1), attempts: 1, batch_id: null, reference: null };
  const outcomes = names.map((receiver) => ({
    ...{ ...told, receiver, state: "delivered" as const, settled_at: now },
    fence: receiver === "a" ? 7 : 1,
  }));
  const { stale } = await store.commit({ now, leaseMs, accepted: [], outcomes });
  expect(stale).toEqual([{ event_id: idOf(1), receiver: "a" }]);
});
