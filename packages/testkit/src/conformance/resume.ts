import { DeliveryError, type JsonValue } from "@datasync-monitor/core";
import type { ConformanceCase, Harness, Rig } from "../harness.ts";
import { sampleEvent, sendContext } from "../samples.ts";
import { check } from "./check.ts";
import { checkAccepted, failures, type Outcome, outcomeOf } from "./sending.ts";

const event = sampleEvent({ message: "arrival alpha" });

/** One attempt at the same batch, with what the one before it left. */
const attemptAt = (rig: Rig, attempt: number, resume: JsonValue): Promise<Outcome> => {
  const context = sendContext({ idempotencyKey: event.id, attempt, resume });
  return outcomeOf("send()", () => rig.notifier.send([event], context));
};

/** What the pipeline hands to the next attempt, as it comes back from a store. */
const leftBy = (outcome: Outcome): JsonValue => {
  if (outcome.accepted || !DeliveryError.is(outcome.error)) return null;
  const { resume = null } = outcome.error;
  return JSON.parse(JSON.stringify(resume)) as JsonValue;
};

/** Runs `work` after a failure of each kind that can be shown. */
const afterEachFailure = async (
  rig: Rig,
  harness: Harness,
  work: (resume: JsonValue, when: string) => Promise<void>,
): Promise<void> => {
  for (const condition of failures) {
    if (harness.cannot?.[condition] !== undefined) continue;
    await rig.meet(condition);
    const left = leftBy(await attemptAt(rig, 1, null));
    await rig.meet("accept");
    await work(left, `after "${condition}", with what its error left`);
  }
};

/** What a store may hand over: an older version wrote it, or another notifier of that name. */
const strange: readonly JsonValue[] = [
  "text",
  7,
  true,
  [],
  [null, { served: 1 }],
  {},
  { to: null, served: "all", refused: -1, format: "no-such", step: 1e9, reduced: [] },
];

/** How often a message is tried anew in another form. */
const mostForms = 3;

export const resumeCases: readonly ConformanceCase[] = [
  {
    id: "resume/next",
    title: "the attempt after a failure, with what that failure left, succeeds",
    needs: ["accept"],
    run: (rig, harness) =>
      afterEachFailure(rig, harness, async (resume, when) => {
        const before = rig.received().length;
        checkAccepted(await attemptAt(rig, 2, resume), when);
        check(rig.received().length > before, `send() resolved ${when}, but nothing arrived.`);
      }),
  },
  {
    id: "resume/served-once",
    title: "over all attempts at a batch, everybody is served once",
    needs: ["accept"],
    async run(rig, harness) {
      await afterEachFailure(rig, harness, async (resume, when) => {
        const before = rig.received().length;
        await attemptAt(rig, 2, resume);
        const more = rig.received().length - before;
        check(more <= 1, `The message arrived ${more} times ${when}.`);
      });
      if (rig.recipients === undefined) return;
      await rig.meet("accept");
      const before = rig.recipients.served().length;
      await rig.recipients.refuseOne();
      const left = leftBy(await attemptAt(rig, 1, null));
      await rig.meet("accept");
      checkAccepted(await attemptAt(rig, 2, left), "once a recipient is put off no longer");
      const served = rig.recipients.served().slice(before);
      const twice = served.filter((who, index) => served.indexOf(who) !== index);
      check(served.length > 1, "A recipient who was put off was never served.");
      check(twice.length === 0, "A recipient who had the message was sent it once more.");
    },
  },
  {
    id: "resume/strange",
    title: "what another version left behind does not stop a send",
    needs: ["accept"],
    async run(rig) {
      await rig.meet("accept");
      for (const resume of strange) {
        const when = `with ${JSON.stringify(resume)} as its \`resume\``;
        checkAccepted(await attemptAt(rig, 2, resume), when);
      }
    },
  },
  {
    id: "resume/ends",
    title: "a message that is refused in every form is given up after three of them",
    needs: ["payload"],
    async run(rig) {
      await rig.meet("payload");
      const forms = new Set<string>();
      let resume: JsonValue = null;
      for (let attempt = 1; attempt <= mostForms + 2; attempt += 1) {
        const next = leftBy(await attemptAt(rig, attempt, resume));
        if (next === null || forms.has(JSON.stringify(next))) return;
        forms.add(JSON.stringify(next));
        resume = next;
        const many = `Each refusal leaves another \`resume\`, ${forms.size} so far; ${mostForms} are tried.`;
        check(forms.size <= mostForms, many);
      }
    },
  },
];
