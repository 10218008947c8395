import type { EventStore } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { accepted, idOf } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

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

describe.each(["b", 'm"ail'])("what is handed over to the receiver %j", (target) => {
  /** Two events for both receivers: of the first every delivery is dead, of the second none. */
  beforeEach(async () => {
    const told = { event_id: idOf(1), fence: 1, attempts: 3, batch_id: null, last_error: null };
    const dead = { ...told, state: "dead", reason: "expired", settled_at: now } as const;
    await store.commit({
      now,
      leaseMs: 0,
      accepted: [accepted(1, ["a", target]), accepted(2, ["a", target])],
      outcomes: ["a", target].map((receiver) => ({ ...dead, receiver })),
    });
  });

  const shown = async () =>
    (await store.deliveries({})).rows.map(({ receiver, state, reason, attempts }) => [
      receiver,
      state,
      reason,
      attempts,
    ]);

  it("is what others have not delivered; what was dead of its own begins anew, and what is pending stays", async () => {
    expect(await store.move({}, { state: "pending", receiver: target })).toBe(3);
    expect(await shown()).toEqual([
      ["a", "moved", target, 0],
      [target, "pending", null, 0],
      ["a", "moved", target, 3],
      [target, "pending", null, 0],
    ]);
    const query = { receiver: target, limit: 9, maxBytes: 2 ** 20, leaseMs: 1_000, now };
    const claimed = await store.claim(query);
    expect(claimed.map(({ event_id, fence }) => [event_id, fence])).toEqual([
      [idOf(1), 3],
      [idOf(2), 2],
    ]);
  });
});
