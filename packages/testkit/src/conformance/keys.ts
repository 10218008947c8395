import type { Batch } from "@datasync-monitor/core";
import type { ConformanceCase, Rig } from "../harness.ts";
import { sampleEvent, sendContext } from "../samples.ts";
import { check } from "./check.ts";
import { checkAccepted, outcomeOf } from "./sending.ts";

const ids = ["0198f560-8440-7000-8000-00000000000a", "0198f560-8440-7000-8000-00000000000b"];

const batchOf = (index: 0 | 1): Batch => [
  sampleEvent({ id: ids[index] ?? "", message: `arrival ${index === 0 ? "alpha" : "bravo"}` }),
];

const deliver = async (
  rig: Rig,
  batch: Batch,
  idempotencyKey = batch[0].id,
  attempt = 1,
): Promise<void> => {
  const context = sendContext({ idempotencyKey, attempt });
  checkAccepted(
    await outcomeOf("send()", () => rig.notifier.send(batch, context)),
    `at attempt ${attempt}`,
  );
};

const checkPresent = (keys: readonly string[]): void =>
  check(!keys.includes(""), "A message arrived without a key.");

export const keyCases: readonly ConformanceCase[] = [
  {
    id: "key/attempts",
    title:
      "every attempt at a batch carries one key, or the same text where there is no place for a key",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      for (const attempt of [1, 2]) await deliver(rig, batchOf(0), undefined, attempt);
      const keys = rig.keys?.();
      const told = keys ?? rig.received();
      // A destination that drops what it has seen may show the second attempt nowhere.
      check(told.length >= 1, "The first attempt did not arrive.");
      checkPresent(keys ?? []);
      const same = told.every((one) => one === told[0]);
      check(
        same,
        keys === undefined
          ? "Two attempts at one batch read differently, so nobody can tell that they are one."
          : "Two attempts at one batch carry different keys.",
      );
    },
  },
  {
    id: "key/batches",
    title: "different batches carry different keys, and neither is taken for the other",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      await deliver(rig, batchOf(0));
      await deliver(rig, batchOf(1));
      const seen = rig.received().length;
      check(seen === 2, `Two batches are two messages, but ${seen} arrived.`);
      const keys = rig.keys?.() ?? ids;
      checkPresent(keys);
      check(new Set(keys).size === keys.length, "Two batches carry one key: the second is lost.");
    },
  },
  {
    id: "key/parts",
    title: "the key is the batch's own: a part of it that is sent by itself carries another",
    needs: ["accept"],
    async run(rig) {
      if ((rig.notifier.maxBatchSize ?? 1) < 2) return; // its batches have no parts
      await rig.meet("accept");
      const [[first], [second]] = [batchOf(0), batchOf(1)];
      await deliver(rig, [first, second], "0198f560-8440-7000-8000-0000000000aa");
      await deliver(rig, [first], "0198f560-8440-7000-8000-0000000000ab");
      const keys = rig.keys?.() ?? ids;
      checkPresent(keys);
      check(keys.length === 2, `Two batches are two requests, but there were ${keys.length}.`);
      check(
        keys[0] !== keys[1],
        "A batch and a part of it carry one key, so the part is dropped as a repetition. Send `context.idempotencyKey`, not the id of an event.",
      );
    },
  },
];
