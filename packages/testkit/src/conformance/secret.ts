import { inspect } from "node:util";
import type { Condition, ConformanceCase, Harness, Rig } from "../harness.ts";
import { sampleBatch, sendContext } from "../samples.ts";
import { check } from "./check.ts";
import { exposure } from "./exposure.ts";
import { secretsOf } from "./rigs.ts";
import { calledOff, closeNotifier, failures, outcomeOf, send } from "./sending.ts";

const checkHidden = (what: string, value: unknown, rig: Rig): void => {
  const secrets = secretsOf(rig);
  const short = secrets.some((secret) => secret.length < 6);
  check(
    !short,
    "A secret of fewer than six characters is found by chance; give the rig longer ones.",
  );
  const shown = exposure(value, secrets);
  check(shown === undefined, `${what} shows a secret: ${shown}.`);
};

const shownBy = (harness: Harness): readonly Condition[] =>
  failures.filter((condition) => harness.cannot?.[condition] === undefined);

/** Runs `work` and answers what it wrote to the console and the standard streams, which stay silent meanwhile. */
const linesOf = async (work: () => Promise<unknown>): Promise<string> => {
  const lines: unknown[] = [];
  const undo: (() => void)[] = [];
  const tap = <T extends object>(owner: T, name: keyof T & string): void => {
    const original = owner[name];
    const tapped = (...words: unknown[]): unknown => {
      lines.push(...words);
      for (const word of words) if (typeof word === "function") word(); // a write's callback
      return true;
    };
    Object.assign(owner, { [name]: tapped });
    undo.push(() => Object.assign(owner, { [name]: original }));
  };
  for (const name of ["log", "info", "warn", "error", "debug"] as const) tap(console, name);
  for (const stream of [process.stdout, process.stderr]) tap(stream, "write");
  try {
    await work();
  } finally {
    for (const restore of undo.reverse()) restore();
  }
  return lines
    .map((line) => (line instanceof Uint8Array ? line.toString() : inspect(line)))
    .join("\n");
};

export const secretCases: readonly ConformanceCase[] = [
  {
    id: "secret/rejections",
    title: "no rejection shows a secret, however deep one looks",
    needs: [],
    async run(rig, harness) {
      const lines = await linesOf(async () => {
        for (const condition of shownBy(harness)) {
          await rig.meet(condition);
          const outcome = await send(rig);
          if (!outcome.accepted)
            checkHidden(`The rejection under "${condition}"`, outcome.error, rig);
        }
      });
      checkHidden("A line that was printed", lines, rig);
    },
  },
  {
    id: "secret/abort",
    title: "a send that was called off shows no secret",
    needs: ["hang"],
    async run(rig) {
      await rig.meet("hang");
      const outcome = await calledOff(rig);
      if (!outcome.accepted) checkHidden("The rejection of an aborted send()", outcome.error, rig);
    },
  },
  {
    id: "secret/printed",
    title: "from its first send to its close() it prints no secret",
    needs: ["accept"],
    async run(rig, harness) {
      const lines = await linesOf(async () => {
        await rig.meet("accept");
        await outcomeOf("verify()", () => rig.notifier.verify?.(new AbortController()));
        await send(rig);
        if (harness.cannot?.hang === undefined) {
          await rig.meet("hang");
          await calledOff(rig);
        }
        await closeNotifier(rig);
      });
      checkHidden("A line that was printed", lines, rig);
    },
  },
  {
    id: "secret/notifier",
    title: "the notifier itself shows no secret, before and after a send",
    needs: ["accept"],
    async run(rig) {
      checkHidden("The notifier", rig.notifier, rig);
      await rig.meet("accept");
      const receipt: unknown = await rig.notifier.send(sampleBatch(1), sendContext());
      checkHidden("The receipt", receipt, rig);
      checkHidden("The notifier, after a send,", rig.notifier, rig);
    },
  },
  {
    id: "secret/verify",
    title: "no rejection of verify() shows a secret",
    needs: [],
    unless: ({ notifier }) => (notifier.verify === undefined ? "it has no verify()" : undefined),
    async run(rig, harness) {
      for (const condition of shownBy(harness)) {
        await rig.meet(condition);
        const { signal } = new AbortController();
        const outcome = await outcomeOf("verify()", () => rig.notifier.verify?.({ signal }));
        if (!outcome.accepted) checkHidden(`verify() under "${condition}"`, outcome.error, rig);
      }
    },
  },
];
