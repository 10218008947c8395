import type { Condition, ConformanceCase, Harness, Rig } from "../harness.ts";
import { check, eventually, soonMs, within } from "./check.ts";
import {
  checkAccepted,
  checkRejected,
  expectedCode,
  failures,
  type Outcome,
  outcomeOf,
} from "./sending.ts";

const verify = (rig: Rig, signal = new AbortController().signal): Promise<Outcome> =>
  outcomeOf("verify()", () => rig.notifier.verify?.({ signal }));

const unless =
  (condition: Condition) =>
  ({ notifier }: Rig, harness: Harness): string | undefined =>
    notifier.verify === undefined ? "it has no verify()" : harness.cannotVerify?.[condition];

/** What an HTTP harness takes for no message. */
const byHttp =
  " Over HTTP a GET, HEAD or OPTIONS is no message, and any other request that is accepted is one.";

const checkUnseen = (rig: Rig, { protocol }: Harness): void =>
  check(
    rig.received().length === 0,
    `verify() must show nobody anything, but something arrived.${protocol === "http" ? byHttp : ""}`,
  );

const rejectsUnder = (condition: "endpoint" | "config" | "refuse"): ConformanceCase => ({
  id: `verify/${condition}`,
  title: `verify() tells "${condition}" by its code, and shows nothing`,
  needs: [condition],
  unless: unless(condition),
  async run(rig, harness) {
    await rig.meet(condition);
    const when = `when the destination meets it with "${condition}"`;
    checkRejected("verify()", await verify(rig), [expectedCode(condition, harness)], when);
    checkUnseen(rig, harness);
  },
});

export const verifyCases: readonly ConformanceCase[] = [
  {
    id: "verify/accept",
    title: "verify() resolves when all is well, and shows nothing",
    needs: ["accept"],
    unless: unless("accept"),
    async run(rig, harness) {
      await rig.meet("accept");
      checkAccepted(await verify(rig), "when all is well", "verify()");
      checkUnseen(rig, harness);
    },
  },
  rejectsUnder("endpoint"),
  rejectsUnder("config"),
  rejectsUnder("refuse"),
  {
    id: "verify/quiet",
    title: "verify() shows nobody anything, whatever the destination does",
    needs: [],
    unless: ({ notifier }) => (notifier.verify === undefined ? "it has no verify()" : undefined),
    async run(rig, harness) {
      for (const condition of [...failures, "garble", "accept"] as const) {
        if (harness.cannot?.[condition] !== undefined) continue;
        await rig.meet(condition);
        await verify(rig);
        checkUnseen(rig, harness);
      }
    },
  },
  {
    id: "verify/hang",
    title: "an abort ends a verify() that hangs, within a second",
    needs: ["hang"],
    unless: unless("hang"),
    async run(rig) {
      await rig.meet("hang");
      const controller = new AbortController();
      const verifying = verify(rig, controller.signal);
      await eventually(() => rig.attempts() > 0, 300);
      controller.abort();
      const outcome = await within(soonMs, "verify(), once its signal aborted,", verifying);
      check(!outcome.accepted, "verify() must reject when it was called off.");
    },
  },
];
