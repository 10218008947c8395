import { expect, it } from "vitest";
import { Hearsay } from "../src/hearsay.ts";

it("keeps what it heard of a thousand receivers that nobody asked about, and of no more", () => {
  const hearsay = new Hearsay();
  const settled = { kind: "settled", event_id: "e", fate: "delivered", reason: null } as const;
  for (let n = 0; n < 5_000; n += 1) hearsay.hear({ ...settled, receiver: `guest ${n}` });
  hearsay.hear({ ...settled, receiver: "guest 0" });
  const gone = hearsay.gone(new Set());
  expect(gone).toHaveLength(1_000);
  expect(hearsay.missing("guest 0", "fate delivered", 0)).toBe(2);
  hearsay.compared(gone);
  expect(hearsay.gone(new Set())).toEqual([]);
});

it("says of each thing once how much was told of it beyond what the books grew by", () => {
  const hearsay = new Hearsay();
  hearsay.compared([]);
  const dropped = { kind: "settled", event_id: "e", fate: "dropped", reason: "overflow" } as const;
  const hear = (times: number) => {
    for (let n = 0; n < times; n += 1) hearsay.hear({ ...dropped, receiver: "ops" });
  };
  hear(5);
  expect(hearsay.missing("ops", "dropped overflow", 3)).toBe(2);
  expect(hearsay.missing("ops", "dropped overflow", 0)).toBe(0);
  // Read while it was being told: the books are ahead, and nothing is counted twice.
  hear(1);
  expect(hearsay.missing("ops", "dropped overflow", 4)).toBe(0);
  hear(3);
  expect(hearsay.missing("ops", "dropped overflow", 0)).toBe(0);
});

it("hides nothing behind what the books knew before anything could be heard", () => {
  const hearsay = new Hearsay();
  expect(hearsay.missing("ops", "fate delivered", 5)).toBe(0);
  hearsay.compared([]);
  hearsay.hear({
    kind: "settled",
    event_id: "e",
    receiver: "ops",
    fate: "delivered",
    reason: null,
  });
  expect(hearsay.missing("ops", "fate delivered", 0)).toBe(1);
});

it("forgets at each reading whom the books do not name any more", () => {
  const hearsay = new Hearsay();
  hearsay.compared([]);
  hearsay.hear({
    kind: "settled",
    event_id: "e",
    receiver: "guest",
    fate: "dead",
    reason: "payload",
  });
  expect(hearsay.gone(new Set(["ops"]))).toEqual(["guest"]);
  hearsay.compared(["guest"]);
  expect(hearsay.gone(new Set(["ops"]))).toEqual([]);
});
