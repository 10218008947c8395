import type { ConformanceCase, Rig } from "../harness.ts";
import { sampleEvent } from "../samples.ts";
import { check, eventually } from "./check.ts";
import { checkAccepted, checkRejected, send } from "./sending.ts";

/** Otherwise half of the cases would say that nothing had arrived. */
const checkNotLate = async (rig: Rig): Promise<void> => {
  if (rig.received().length > 0) return;
  const late = await eventually(() => rig.received().length > 0, 300);
  check(
    !late,
    "It arrived only after send() had resolved. Where a destination does not answer, as to a datagram, " +
      "let the rig's notifier wait until it has arrived: the testkit's README shows how.",
  );
};

const whyNone = (rig: Rig): string =>
  rig.attempts() === 0
    ? ""
    : " A request did: over HTTP a GET, HEAD or OPTIONS is no message, and any other that is accepted is one.";

export const acceptCases: readonly ConformanceCase[] = [
  {
    id: "accept/once",
    title: "what is accepted arrives once, by one request",
    needs: ["accept"],
    async run(rig, harness) {
      await rig.meet("accept");
      const event = sampleEvent({ message: "arrival alpha" });
      checkAccepted(await send(rig, [event]), "when the destination accepts");
      await checkNotLate(rig);
      const seen = rig.received();
      check(
        seen.length === 1,
        `One message must arrive, but there are ${seen.length}.${seen.length === 0 ? whyNone(rig) : ""}`,
      );
      check(rig.attempts() === 1, `One request must be made, but there were ${rig.attempts()}.`);
      const trace = harness.trace?.(event) ?? event.message;
      check(seen[0]?.includes(trace) === true, "What arrived does not show the event.");
    },
  },
  {
    id: "accept/garbled",
    title: "a success with an unreadable body is a success, unless the harness says otherwise",
    needs: ["garble"],
    async run(rig, harness) {
      await rig.meet("garble");
      const outcome = await send(rig);
      const code = harness.codes?.garble;
      const when = "when success comes with an unreadable body";
      if (code === undefined) checkAccepted(outcome, when);
      else checkRejected("send()", outcome, [code], when);
      check(rig.attempts() === 1, `One request must be made, but there were ${rig.attempts()}.`);
    },
  },
];
