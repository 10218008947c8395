import { setImmediate as turn } from "node:timers/promises";
import { DeliveryError } from "@datasync-monitor/core";
import type { ConformanceCase } from "../harness.ts";
import { sampleEvent } from "../samples.ts";
import { check, eventually } from "./check.ts";
import { checkRejected, expectedCode, type Failure, failures, send } from "./sending.ts";

/** Time for a second attempt that was begun behind the caller's back. */
const aftermath = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns += 1) await turn();
};

const codeCase = (condition: Failure): ConformanceCase => ({
  id: `code/${condition}`,
  title: `"${condition}" is told by its code`,
  needs: [condition],
  async run(rig, harness) {
    await rig.meet(condition);
    const when = `when the destination meets it with "${condition}"`;
    checkRejected("send()", await send(rig), [expectedCode(condition, harness)], when);
    const seen = rig.received().length;
    check(seen === 0, `Nothing is accepted under "${condition}", but received() shows ${seen}.`);
  },
});

const onceCase = (condition: Exclude<Failure, "refuse">): ConformanceCase => ({
  id: `once/${condition}`,
  title: `"${condition}" is met by one attempt`,
  needs: [condition],
  async run(rig) {
    await rig.meet(condition);
    await send(rig);
    await aftermath();
    const attempts = rig.attempts();
    check(
      attempts > 0,
      `No request was counted under "${condition}". A rig's attempts() counts all that arrive, refused ones too.`,
    );
    check(
      attempts === 1,
      `send() makes one attempt; retrying is the pipeline's. It made ${attempts}.`,
    );
  },
});

/** So long that no notifier waits it by a rule of its own. */
const askedSeconds = 37;

/** Sooner than asked is refused again; twice as long is another unit, or another time. */
const isAbout = (ms: number | undefined): boolean =>
  ms !== undefined && ms >= askedSeconds * 1_000 && ms <= askedSeconds * 2_000;

const waitCase = (condition: "rate-limited" | "unavailable", said: string): ConformanceCase => ({
  id: `wait/${condition}`,
  title: `the time that "${condition}" asks to wait is passed on`,
  needs: [condition],
  unless: (_rig, { protocol }) =>
    protocol === "http" ? undefined : "only over HTTP does every destination name a time to wait",
  async run(rig, harness) {
    await rig.meet(condition, { retryAfterSeconds: askedSeconds });
    const outcome = await send(rig);
    const codes = new Set([expectedCode(condition, harness), "rate-limited"] as const);
    checkRejected("send()", outcome, [...codes], `when it is asked to wait (${said})`);
    const error = outcome.accepted ? undefined : outcome.error;
    const told = DeliveryError.is(error) ? error.retryAfterMs : undefined;
    check(
      isAbout(told),
      `The error must have a retryAfterMs of ${askedSeconds * 1_000}, for the destination asked to wait ` +
        `${askedSeconds} s (${said}). It is ${told}.`,
      error,
    );
  },
});

/** A port that nobody listens on cannot count who knocks, so it is opened while a second knock may come. */
const onceRefused: ConformanceCase = {
  id: "once/refuse",
  title: '"refuse" is met by one attempt',
  needs: ["refuse", "accept"],
  async run(rig) {
    await rig.meet("refuse");
    let settled = false;
    const sending = send(rig).finally(() => {
      settled = true;
    });
    await eventually(() => settled, 500);
    await rig.meet("accept");
    const outcome = await sending;
    check(!outcome.accepted, "send() must reject when it is refused, not wait and try again.");
    await aftermath();
    check(rig.attempts() === 0, "A second attempt was made once the destination was back.");
  },
};

const quietCase: ConformanceCase = {
  id: "error/quiet",
  title: "no error repeats the event or holds a URL, and each says something in a line",
  needs: [],
  async run(rig, harness) {
    const event = sampleEvent({ message: "unmistakable words of the event" });
    for (const condition of failures) {
      if (harness.cannot?.[condition] !== undefined) continue;
      await rig.meet(condition);
      const outcome = await send(rig, [event]);
      if (outcome.accepted || !DeliveryError.is(outcome.error)) continue; // code/* tells
      const { message, resume } = outcome.error;
      const where = `The DeliveryError under "${condition}"`;
      check(message.trim() !== "", `${where} has an empty message.`);
      check(message.length <= 500, `${where} has a message of more than 500 characters.`);
      check(!message.includes(event.message), `${where} repeats the event's text.`);
      check(!/\b(?:https?|smtps?):\/\//i.test(message), `${where} holds a URL.`);
      const bytes = Buffer.byteLength(JSON.stringify(resume ?? null));
      check(bytes <= 2048, `${where} has a resume of ${bytes} bytes; 2,048 are kept.`);
    }
  },
};

export const failureCases: readonly ConformanceCase[] = [
  ...failures.map(codeCase),
  ...failures.filter((condition) => condition !== "refuse").map(onceCase),
  onceRefused,
  waitCase("rate-limited", "429 with Retry-After, or the words that `answers` has for it"),
  waitCase("unavailable", "503 with Retry-After"),
  quietCase,
];
