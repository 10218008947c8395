import type { Batch, MonitorEvent } from "@datasync-monitor/core";
import type { ConformanceCase, Harness, Rig } from "../harness.ts";
import { sampleBatch, sampleEvent } from "../samples.ts";
import { check } from "./check.ts";
import { checkAccepted, send } from "./sending.ts";

/** Words that no escaping touches and no other part of a message holds. */
const words = ["alpha", "bravo", "charlie", "delta", "echo"] as const;

/** As many events as the notifier takes at once, at most five. */
const wordBatch = (rig: Rig): Batch => {
  const size = Math.min(rig.notifier.maxBatchSize ?? 1, words.length);
  const [first, ...rest] = sampleBatch(size).map((event, index) =>
    sampleEvent({ ...event, message: `arrival ${words[index]}` }),
  );
  return Object.freeze<Batch>([first ?? sampleEvent(), ...rest]);
};

const checkOrder = (batch: Batch, rig: Rig, harness: Harness): void => {
  const seen = rig.received().join("\n");
  let last = -1;
  for (const event of batch) {
    const at = seen.indexOf(harness.trace?.(event) ?? event.message);
    check(at >= 0, `"${event.message}" did not arrive, in a batch of ${batch.length}.`);
    check(at >= last, `"${event.message}" arrived before an event that was emitted earlier.`);
    last = at;
  }
};

const listeners = (): string =>
  process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .sort()
    .join();

/** What a notifier could change for everybody else in the process. */
const globals = (): Readonly<Record<string, string>> => ({
  "the names on globalThis": Object.keys(globalThis).sort().join(),
  "the environment": JSON.stringify(process.env),
  "the process's listeners": listeners(),
  "the working directory": process.cwd(),
});

/** As many sends at once as a receiver's `concurrency` may make. */
const atOnce = 5;

/** More events than this at once only takes longer. */
const largest = 1_000;

export const batchCases: readonly ConformanceCase[] = [
  {
    id: "batch/order",
    title: "every event of a frozen batch arrives, in order",
    needs: ["accept"],
    async run(rig, harness) {
      await rig.meet("accept");
      const batch = wordBatch(rig);
      checkAccepted(await send(rig, batch), `for a frozen batch of ${batch.length}`);
      checkOrder(batch, rig, harness);
    },
  },
  {
    id: "batch/full",
    title: "a batch of as many events as it takes (at most 1,000) arrives whole, by one request",
    needs: ["accept"],
    async run(rig, harness) {
      await rig.meet("accept");
      const size = Math.min(rig.notifier.maxBatchSize ?? 1, largest);
      // Ends that no other has as its beginning: "no. 1." is not in "no. 11.".
      const batch = sampleBatch(size).map((event, index) =>
        sampleEvent({ ...event, message: `arrival no. ${index + 1}.` }),
      ) as [MonitorEvent, ...MonitorEvent[]];
      checkAccepted(await send(rig, batch), `for a batch of ${size}`);
      checkOrder(batch, rig, harness);
      check(rig.attempts() === 1, `A batch is one request, but there were ${rig.attempts()}.`);
    },
  },
  {
    id: "batch/at-once",
    title: "sends that are under way at once do not mix",
    needs: ["accept"],
    async run(rig, harness) {
      await rig.meet("accept");
      const events = sampleBatch(atOnce).map((event, index) =>
        sampleEvent({ ...event, message: `arrival ${words[index]}` }),
      );
      const outcomes = await Promise.all(events.map((event) => send(rig, [event])));
      for (const outcome of outcomes) checkAccepted(outcome, "when others are under way");
      for (const event of events) {
        const trace = harness.trace?.(event) ?? event.message;
        const times = rig.received().filter((text) => text.includes(trace)).length;
        check(times === 1, `"${event.message}" arrived ${times} times.`);
      }
    },
  },
  {
    id: "batch/untouched",
    title: "a batch that could be changed is not",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      const batch: Batch = structuredClone(wordBatch(rig));
      const before = JSON.stringify(batch);
      await send(rig, batch);
      check(JSON.stringify(batch) === before, "send() changed the batch it was given.");
    },
  },
  {
    id: "batch/globals",
    title: "nothing global is changed by a send",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      const before = globals();
      await send(rig);
      const after = globals();
      for (const [what, value] of Object.entries(before)) {
        check(after[what] === value, `send() changed ${what}.`);
      }
    },
  },
];
