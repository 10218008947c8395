import { fakeClock } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { accepted, eventAt, messagesOf } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

const hour = 3_600_000;

let folder: Folder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

describe("a call that prunes", () => {
  const filled = async (count: number) => {
    const clock = fakeClock();
    const store = sqlStore({ file: folder.path("events.db"), clock });
    const take = (from: number, to: number) =>
      store.commit({
        now: clock.now(),
        leaseMs: 0,
        outcomes: [],
        accepted: Array.from({ length: to - from }, (_, n) => accepted(from + n, [])),
      });
    await take(0, count);
    return { clock, store, take };
  };

  it("forgets as many as it may and no more, where that takes several transactions", async () => {
    const { clock, store } = await filled(320);
    const limits = { before: clock.now() + 1, maxEvents: 1_000, chunk: 200 };
    expect(await store.prune(limits)).toBe(200);
    expect(await messagesOf(store)).toHaveLength(120);
    expect(await store.prune(limits)).toBe(120);
    await store.close();
  });

  it("counts the old and the too many together", async () => {
    const { clock, store, take } = await filled(4);
    clock.step(hour);
    await take(4, 14);
    expect(await store.prune({ before: clock.now(), maxEvents: 2, chunk: 7 })).toBe(7);
    expect(await messagesOf(store)).toHaveLength(7);
    await store.close();
  });

  it("leaves the oldest hour that is answered for as it is, and forgets the one before", async () => {
    const { clock, store } = await filled(0);
    const first = clock.now();
    const at = (n: number, now: number) =>
      store.commit({
        now,
        leaseMs: 0,
        outcomes: [],
        accepted: [{ event: eventAt(n, now), receivers: [] }],
      });
    await at(1, first);
    await at(2, first + hour);
    clock.step(31 * 24 * hour + hour);
    await store.prune({ before: 0, maxEvents: 1_000, chunk: 9 });
    const query = { types: ["sync_success"], since: 0, until: clock.now(), metrics: [] };
    expect((await store.aggregate(query)).types.sync_success?.count).toBe(1);
    // A clock that was set back asks for more.
    clock.step(-hour);
    expect((await store.aggregate(query)).types.sync_success?.count).toBe(1);
    await store.close();
  });
});
