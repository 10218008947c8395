import type { ConformanceCase, Rig } from "../harness.ts";
import { check, eventually, soonMs } from "./check.ts";
import { misspelt } from "./members.ts";
import { watchResources } from "./resources.ts";
import { makeRig } from "./rigs.ts";
import { calledOff, checkAccepted, closeNotifier, send } from "./sending.ts";

/** Runs `work`, closes the notifier, and finds nothing that was opened meanwhile still open a second later. */
const checkNothingLeft = async (rig: Rig, work: () => Promise<unknown>): Promise<void> => {
  const watch = watchResources();
  try {
    await work();
    await closeNotifier(rig);
    const gone = await eventually(() => watch.open().length === 0, soonMs);
    const left = watch.open();
    const socketHint = left.includes("a socket")
      ? " The global fetch() keeps its sockets; httpClient() of @datasync-monitor/http ends them, and so does an agent of your own."
      : "";
    const hint = rig.notifier.close === undefined ? " It has no close()." : socketHint;
    check(gone, `close() left open: ${left.join(", ")}.${hint}`);
  } finally {
    watch.stop();
  }
};

const idPattern = /^[a-z][a-z0-9-]{0,63}$/;

export const lifeCases: readonly ConformanceCase[] = [
  {
    id: "contract/shape",
    title: "it says which contract it keeps, who it is, and what it takes",
    needs: [],
    async run({ notifier }) {
      check(notifier.contract === 1, "`contract` must be 1.");
      check(idPattern.test(notifier.id), "`id` must be lower-case kebab, at most 64 characters.");
      const size = notifier.maxBatchSize ?? 1;
      check(Number.isInteger(size) && size >= 1, "`maxBatchSize` must be a whole number from 1.");
      const limits: unknown = notifier.rateLimits ?? [];
      check(Array.isArray(limits), "`rateLimits` must be a list of { max, perMs }.");
      for (const { max, perMs } of notifier.rateLimits ?? []) {
        check(max > 0 && perMs > 0, "Each of `rateLimits` needs a `max` and a `perMs` above 0.");
      }
      const key = notifier.destinationKey ?? "";
      check(!key.includes("://"), "`destinationKey` must be a hash, never the URL.");
      const slip = misspelt(notifier);
      check(slip === undefined, `The contract has no ${slip}`);
    },
  },
  {
    id: "contract/destination",
    title: "two destinations have two `destinationKey`s, or one would wait for the other's trouble",
    needs: [],
    async run(rig, harness) {
      const other = await makeRig(harness);
      try {
        const key = rig.notifier.destinationKey;
        check(
          key === undefined || key !== other.notifier.destinationKey,
          "Two destinations have one `destinationKey`, and share limits, pauses and breaker. Make it of the address and the credentials, by destinationKeyOf().",
        );
      } finally {
        await closeNotifier(other).catch(() => {});
        await other.close();
      }
    },
  },
  {
    id: "instances/isolated",
    title: "two instances share neither trouble nor an end",
    needs: ["accept"],
    async run(rig, harness) {
      const other = await makeRig(harness);
      try {
        await other.meet("accept");
        if (harness.cannot?.unavailable === undefined) {
          await rig.meet("unavailable");
          const [bad, good] = await Promise.all([send(rig), send(other)]);
          check(!bad.accepted, 'send() must reject under "unavailable".');
          checkAccepted(good, "when only another instance is in trouble");
        }
        await closeNotifier(rig);
        checkAccepted(await send(other), "when another instance was closed");
        check(rig.received().length === 0, "What was sent by one instance arrived at another's.");
      } finally {
        await closeNotifier(other).catch(() => {});
        await other.close();
      }
    },
  },
  {
    id: "close/nothing-left",
    title: "close() leaves no socket and no timer",
    needs: ["accept"],
    run: (rig, harness) =>
      checkNothingLeft(rig, async () => {
        await rig.meet("accept");
        await send(rig);
        if (harness.cannot?.unavailable !== undefined) return;
        await rig.meet("unavailable");
        await send(rig);
      }),
  },
  {
    id: "close/after-hang",
    title: "close() after a send that was called off leaves no socket and no timer",
    needs: ["hang"],
    run: (rig) =>
      checkNothingLeft(rig, async () => {
        await rig.meet("hang");
        await calledOff(rig);
      }),
  },
  {
    id: "close/after-drip",
    title:
      "close() after a send that was called off in the middle of its answer leaves none either",
    needs: ["drip"],
    run: (rig) =>
      checkNothingLeft(rig, async () => {
        await rig.meet("drip");
        await calledOff(rig);
      }),
  },
  {
    id: "close/unused",
    title: "a notifier that was never used closes too",
    needs: [],
    run: closeNotifier,
  },
  {
    id: "close/twice",
    title: "closing twice is harmless",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      await send(rig);
      await closeNotifier(rig);
      await closeNotifier(rig);
    },
  },
];
