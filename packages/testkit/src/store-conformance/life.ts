import assert from "node:assert/strict";
import type { StoreCase } from "./harness.ts";
import { accepted, commit, messagesOf } from "./kit.ts";

/** How a store begins and ends. */
export const lifeCases: readonly StoreCase[] = [
  {
    id: "contract/shape",
    title: "it says which contract it keeps, and whether a commit survives the process",
    async run({ store }) {
      assert.equal(store.contract, 1, "`contract` must be 1.");
      assert.equal(typeof store.durable, "boolean", "`durable` must be true or false.");
    },
  },
  {
    id: "open/twice",
    title: "opening twice is harmless",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, [])]);
      await store.open("again");
      assert.deepEqual(await messagesOf(store), ["event 1"]);
    },
  },
  {
    id: "close/twice",
    title: "closing twice is harmless",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, [])]);
      await store.close();
      await store.close();
    },
  },
];
