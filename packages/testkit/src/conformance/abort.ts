import { DeliveryError } from "@datasync-monitor/core";
import type { ConformanceCase } from "../harness.ts";
import { sampleBatch } from "../samples.ts";
import { check, soonMs, within } from "./check.ts";
import { calledOff, checkAccepted, type Outcome, send } from "./sending.ts";

/** What a rejection after an abort may be: a DeliveryError that says so, or the signal's own AbortError. */
export const checkStopped = (outcome: Outcome, codes: readonly string[]): void => {
  check(!outcome.accepted, "send() must reject once its signal aborts, but it resolved.");
  const { error } = outcome;
  if (error instanceof Error && error.name === "AbortError") return;
  const code = DeliveryError.is(error) ? error.code : "no DeliveryError";
  const wanted = codes.map((one) => `"${one}"`).join(" or ");
  check(codes.includes(code), `A send that was called off is ${wanted}, but this is ${code}.`);
};

export const abortCases: readonly ConformanceCase[] = [
  {
    id: "abort/before",
    title: "a signal that has aborted already means that nothing is sent",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      const sending = send(rig, sampleBatch(1), AbortSignal.abort());
      checkStopped(await within(soonMs, "An aborted send()", sending), ["aborted"]);
      check(rig.received().length === 0, "It was sent although its signal had aborted.");
    },
  },
  {
    id: "abort/hang",
    title: "an abort ends a send that hangs, within a second",
    needs: ["hang"],
    async run(rig) {
      await rig.meet("hang");
      checkStopped(await calledOff(rig), ["aborted", "ambiguous"]);
    },
  },
  {
    id: "abort/after",
    title: "a send that was called off does not spoil the next",
    needs: ["hang", "accept"],
    async run(rig) {
      await rig.meet("hang");
      await calledOff(rig);
      await rig.meet("accept");
      checkAccepted(await send(rig), "after a send that was called off");
    },
  },
];
