import { describe, expect, it } from "vitest";
import { runStoreCase, type StoreHarness, storeCases } from "../src/index.ts";
import { testStore } from "../src/vitest.ts";
import { doubleHarness, type Flaws, type Spoil } from "./support/store-double.ts";
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

describe("what the suite tells an author of a store", () => {
  const toldBy = async (id: string, spoil: Spoil): Promise<string> =>
    runStoreCase(caseOf(id), doubleHarness(spoil)).then(
      () => "nothing",
      (error: Error) => error.message,
    );
  const strange = (answer: unknown) => () => answer as never;

  it.each([
    [
      "commit",
      "accept/again",
      undefined,
      "`{ stale }`, with a list of keys, but it was `undefined`",
    ],
    ["commit", "accept/again", {}, "`{ stale }`, with a list of keys, but it was an object of { }"],
    ["claim", "claim/oldest-first", undefined, "a list of deliveries, an empty one too, but"],
    ["renew", "renew/holder", [], "`{ lost }`, with a list of keys, but it was a list"],
    ["move", "move/replay", undefined, "how many deliveries it has changed, but"],
    [
      "events",
      "events/pages",
      [],
      "`{ rows, cursor }`, with a list and a string or null, but it was a list",
    ],
    ["deliveries", "accept/pending", { rows: [] }, "but it was an object of { rows }"],
    ["aggregate", "aggregate/sums", { types: {} }, "`{ complete_since, types, metrics }`"],
    ["backlog", "commit/large", {}, "a list of receivers, but"],
    ["prune", "prune/count", null, "how many events it has deleted, but it was `null`"],
  ])("%s() answers something else, by %s", async (method, id, answer, words) => {
    const told = `${method}() must answer `;
    expect(await toldBy(id, () => ({ [method]: strange(answer) }))).toContain(told);
    expect(await toldBy(id, () => ({ [method]: strange(answer) }))).toContain(words);
    expect(await toldBy(id, () => ({ [method]: strange(Promise.resolve(answer)) }))).toContain(
      words,
    );
  });

  it("a method is missing", async () => {
    const told = await toldBy("renew/holder", () => ({ renew: undefined as never }));
    expect(told).toContain("The store has no method `renew()`.");
  });

  it("the rig has a promise of a store", async () => {
    const rig: StoreHarness["rig"] = () => ({ store: Promise.resolve() as never, close: () => {} });
    await expect(runStoreCase(caseOf("open/twice"), { rig })).rejects.toThrow(
      "The rig's store is a promise.",
    );
  });

  it("nothing, if it is frozen", async () => {
    const harness = doubleHarness();
    const rig: StoreHarness["rig"] = async (clock) => {
      const made = await harness.rig(clock);
      return { ...made, store: Object.freeze(made.store) };
    };
    await runStoreCase(caseOf("open/twice"), { rig });
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
