import { describe, expect, it } from "vitest";
import { runStoreCase, type StoreHarness, storeCases } from "../src/index.ts";
import { testStore } from "../src/vitest.ts";
import { doubleHarness, type Flaws } from "./support/store-double.ts";
import { answerFlaws } from "./support/store-flaws-answers.ts";
import { deliveryFlaws } from "./support/store-flaws-delivery.ts";
import { lastingFlaws } from "./support/store-flaws-lasting.ts";

testStore("a store that does everything right", doubleHarness());

const flaws: Flaws = { ...deliveryFlaws, ...answerFlaws, ...lastingFlaws };

const caseOf = (id: string) => {
  const one = storeCases.find((candidate) => candidate.id === id);
  if (one === undefined) throw new Error(`There is no case of this id: ${id}`);
  return one;
};

describe("the suite for stores, held to its word by stores that break theirs", () => {
  const expected = Object.entries(flaws).flatMap(([flaw, { spoil, caughtBy }]) =>
    caughtBy.map((id) => [flaw, id, spoil] as const),
  );

  it.each(expected)("a store that %s is caught by %s", async (_flaw, id, spoil) => {
    await expect(runStoreCase(caseOf(id), doubleHarness(spoil))).rejects.toThrow(Error);
  });

  it("has for every case a store that it catches", () => {
    const proven = new Set(expected.map(([, id]) => id));
    expect(storeCases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it("has one case to an id", () => {
    const ids = storeCases.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe("the suite for stores, on a store that is right in its own way", () => {
  it.each(storeCases)("does not ask in which order keys are named: $id", async (one) => {
    const harness = doubleHarness((store) => ({
      commit: async (group) => ({ stale: (await store.commit(group)).stale.toReversed() }),
      renew: async (leases, leaseMs, now) => ({
        lost: (await store.renew(leases, leaseMs, now)).lost.toReversed(),
      }),
    }));
    await runStoreCase(one, harness);
  });
});

describe("runStoreCase", () => {
  it("skips what the harness cannot show, and says why", async () => {
    const harness: StoreHarness = { ...doubleHarness(), cannot: { restart: "it is a memory" } };
    expect(await runStoreCase(caseOf("restart/rows"), harness)).toBe("restart: it is a memory");
  });

  it("says what the rig lacks", async () => {
    const rig = doubleHarness().rig;
    const harness: StoreHarness = {
      rig: async (clock) => {
        const { store, close } = await rig(clock);
        return { store, close };
      },
    };
    const run = runStoreCase(caseOf("share/move"), harness);
    await expect(run).rejects.toThrow("The rig has no `another()`");
  });
});
