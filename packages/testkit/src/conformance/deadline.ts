import type { Condition, ConformanceCase, Harness, Rig } from "../harness.ts";
import { sampleBatch } from "../samples.ts";
import { checkStopped } from "./abort.ts";
import { eventually, soonMs, within } from "./check.ts";
import { type Outcome, send } from "./sending.ts";

/** The deadline that an attempt gets here. */
const deadlineMs = 200;

/** More sends at once than a notifier keeps connections. */
const crowd = 12;

/** How a send to a destination that never finishes ends under a deadline. */
const underDeadline = async (rig: Rig): Promise<Outcome> => {
  const controller = new AbortController();
  let settled = false;
  const sending = send(rig, sampleBatch(1), controller.signal).finally(() => {
    settled = true;
  });
  await eventually(() => settled, deadlineMs);
  controller.abort();
  return within(soonMs, "send(), once its deadline had passed,", sending);
};

const stage = (condition: Condition, what: string, afterYes: boolean): ConformanceCase => ({
  id: `deadline/${condition}`,
  title: `${what} ends at the deadline`,
  needs: [condition],
  async run(rig: Rig, harness: Harness) {
    await rig.meet(condition);
    const outcome = await underDeadline(rig);
    // Where the status alone is the promise, nobody has to wait for the rest of the answer.
    if (afterYes && outcome.accepted && harness.codes?.garble === undefined) return;
    checkStopped(outcome, ["aborted", "ambiguous", "unavailable"]);
  },
});

const queued: ConformanceCase = {
  id: "deadline/queued",
  title: "a send that waits behind others that hang ends at its own deadline",
  needs: ["hang"],
  async run(rig) {
    await rig.meet("hang");
    const others = Array.from({ length: crowd }, () => new AbortController());
    const hanging = others.map(({ signal }) => send(rig, sampleBatch(1), signal));
    try {
      checkStopped(await underDeadline(rig), ["aborted", "ambiguous", "unavailable"]);
    } finally {
      for (const other of others) other.abort();
      await Promise.allSettled(hanging);
    }
  },
};

export const deadlineCases: readonly ConformanceCase[] = [
  stage("silent", "a connection that is met with silence", false),
  stage("half-headers", "an answer that stops before its yes or no", false),
  stage("half-body", "an answer that stops after its yes", true),
  stage("drip", "an answer that comes a byte at a time", true),
  queued,
];
