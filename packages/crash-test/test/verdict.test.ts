import { describe, expect, it } from "vitest";
import type { Answer } from "../src/oracle/answers.ts";
import { Ledger } from "../src/oracle/ledger.ts";
import { judge } from "../src/oracle/verdict.ts";

/** What a ledger would hear of a receiver named `r`. */
const heardBy = (ledger: Ledger) => ({
  emits: (life: string, ...ids: readonly string[]) => {
    ids.forEach((id, n) => {
      const event = { id, n, hash: id, level: "info", poison: false };
      ledger.heard(life, { kind: "emitted", ...event });
    });
    ledger.heard(life, { kind: "committed", count: ids.length });
  },
  claims: (life: string, ...ids: readonly string[]) =>
    ledger.heard(life, { kind: "claimed", receiver: "r", ids }),
  loses: (life: string, ...ids: readonly string[]) =>
    ledger.heard(life, { kind: "lost", receiver: "r", ids }),
  closes: (life: string, pending: number) => ledger.heard(life, { kind: "closed", pending }),
  sends: (life: string, id: string, answer: Answer = "accept") =>
    ledger.arrived({
      ...{ receiver: "r", life, requestId: id, answer },
      events: [{ id, hash: id }],
    }),
});

const judged = (tell: (said: ReturnType<typeof heardBy>) => void) => {
  const ledger = new Ledger();
  tell(heardBy(ledger));
  return judge(ledger, ["r"], []);
};

describe("an event that comes again after its process closed", () => {
  it("counts once against what that one said it had left, however often it is refused", () => {
    const { violations, repeatedByKill, mostByOneKill } = judged(({ emits, sends, closes }) => {
      emits("first", "x");
      sends("first", "x");
      closes("first", 1);
      for (const answer of ["busy", "reset", "accept"] as const) sends("next", "x", answer);
    });
    expect(violations).toEqual([]);
    expect(repeatedByKill).toBe(3);
    expect(mostByOneKill).toBe(1);
  });

  it("is one too many when that one said it had left fewer", () => {
    const { violations } = judged(({ emits, sends, closes }) => {
      emits("first", "x", "y");
      for (const id of ["x", "y"]) sends("first", id);
      closes("first", 1);
      for (const id of ["x", "y"]) sends("next", id);
    });
    expect(violations).toEqual(["first said it left 1, and 2 were repeated"]);
  });

  it("is a takeover, not left, when that one had lost it before", () => {
    const { violations, repeatedByTakeover } = judged(({ emits, sends, loses, closes }) => {
      emits("first", "x", "y");
      for (const id of ["x", "y"]) sends("first", id);
      sends("next", "x");
      loses("first", "x");
      closes("first", 1);
      sends("next", "y");
    });
    expect(violations).toEqual([]);
    expect(repeatedByTakeover).toBe(1);
  });
});

describe("the order of what was claimed together", () => {
  it("is free between what two processes emitted", () => {
    const { violations } = judged(({ emits, claims, sends }) => {
      emits("first", "a");
      emits("second", "b");
      claims("next", "a", "b");
      for (const id of ["b", "a"]) sends("next", id);
    });
    expect(violations).toEqual([]);
  });

  it("is kept among what one process emitted", () => {
    const { violations } = judged(({ emits, claims, sends }) => {
      emits("first", "a", "b");
      claims("next", "a", "b");
      for (const id of ["b", "a"]) sends("next", id);
    });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain("out of order: first/0");
  });
});
