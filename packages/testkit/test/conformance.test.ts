import { DeliveryError, type Notifier } from "@datasync-monitor/core";
import { afterEach, describe, expect, it } from "vitest";
import {
  conformanceCases,
  type Harness,
  type HttpHarnessOptions,
  httpHarness,
  runCase,
} from "../src/index.ts";
import { testNotifier } from "../src/vitest.ts";
import type { Flaw } from "./support/flaws.ts";
import { intercomHarness } from "./support/intercom.ts";
import { memoryHarness } from "./support/memory-harness.ts";
import { pager } from "./support/pager.ts";

/** At a pager that reads `<!channel>` and `@everyone` as calls to everybody. */
const pagerHarness = (flaw?: Flaw, options: Partial<HttpHarnessOptions> = {}): Harness =>
  httpHarness({
    notifier: ({ url }) => pager(url, flaw),
    key: "idempotency-key",
    alerts: ({ body }) => body.match(/<!channel>|@everyone/g) ?? [],
    ...options,
  });

testNotifier("a careful notifier", pagerHarness());
testNotifier(
  "a careful notifier of a destination without keys",
  pagerHarness(undefined, { key: undefined }),
);
testNotifier("a careful notifier of two people", intercomHarness());

testNotifier("memoryNotifier", memoryHarness);

const idsOf = (prefix: string): readonly string[] =>
  conformanceCases.map(({ id }) => id).filter((id) => id.startsWith(prefix));

/** Each flaw, and the cases that are there to catch it. */
const caughtBy: Readonly<Record<Flaw, readonly string[]>> = {
  "sends twice": ["accept/once"],
  "insists on a readable answer": ["accept/garbled"],
  "throws plain errors": idsOf("code/"),
  "says success on 500": ["code/unavailable"],
  "hears no time to wait": idsOf("wait/"),
  "follows redirects": ["redirect/stranger"],
  "tries again by itself": idsOf("once/").filter((id) => id !== "once/refuse"),
  "tries again when refused": ["once/refuse"],
  "repeats the event in its errors": ["error/quiet"],
  "ignores the signal": ["abort/before", "abort/hang", "verify/hang", ...idsOf("deadline/")],
  "hears no abort once the answer has begun": ["deadline/half-body", "deadline/drip"],
  "trusts an idle timeout": ["deadline/drip"],
  "waits for its turn and hears nothing": ["deadline/queued"],
  "breaks once aborted": ["abort/after"],
  "makes up a key for each attempt": ["key/attempts"],
  "has one key for all": ["key/batches"],
  "names a batch by its first event": ["key/parts"],
  "adds the time of day": [], // told apart only where there is no key: below
  "cannot read its own resume": ["resume/next"],
  "trusts any resume": ["resume/strange"],
  "finds ever new forms": ["resume/ends"],
  "sends what failed once more": ["resume/served-once"],
  "drops the last event": ["batch/order", "batch/full"],
  "takes less than it says": ["batch/full"],
  "turns the batch round": ["batch/order"],
  "mixes what is under way at once": ["batch/at-once"],
  "changes the batch": ["batch/untouched"],
  "sets an environment variable": ["batch/globals"],
  "has no colour for critical": idsOf("render/"),
  "knows the guide's types alone": ["render/own-type"],
  "needs details.tables": idsOf("hostile/"),
  "puts the message into a header": ["hostile/line-breaks", "hostile/control", "hostile/bidi"],
  "percent-encodes the message": ["hostile/lone-surrogate"],
  "lets anybody alert the channel": ["hostile/slack-mentions"],
  "knows one vendor's mentions": ["hostile/other-mentions"],
  "cuts by UTF-16 units": ["hostile/emoji"],
  "leaks the URL": ["secret/rejections", "secret/abort", "secret/verify", "error/quiet"],
  "leaks the URL in the cause": ["secret/rejections", "secret/abort"],
  "leaks the token in base64": ["secret/rejections", "secret/abort"],
  "prints the URL": ["secret/rejections"],
  "prints the URL as it closes": ["secret/printed"],
  "tells one receiver about the other": ["secret/other-receiver"],
  "keeps its options in the open": ["secret/notifier"],
  "sends to verify": ["verify/accept", "verify/quiet"],
  "verifies nothing": ["verify/endpoint", "verify/config", "verify/refuse"],
  "speaks no Chinese": ["monitor/delivers"],
  "has a bad id": ["contract/shape"],
  "takes all destinations for one": ["contract/destination"],
  "shares its end": ["instances/isolated"],
  "never closes its connections": ["close/nothing-left"],
  "lets go of an answer that goes on": ["close/after-drip"],
  "leaves a timer": ["close/nothing-left", "close/after-hang", "close/after-drip"],
  "cannot close unused": ["close/unused"],
  "cannot close twice": ["close/twice"],
};

describe("the suite, held to its word by notifiers that break theirs", () => {
  const expected = Object.entries(caughtBy).flatMap(([flaw, ids]) =>
    ids.map((id) => [flaw as Flaw, id] as const),
  );

  afterEach(() => {
    delete process.env.PAGER;
  });

  const caught = async (id: string, harness: Harness): Promise<void> => {
    const one = conformanceCases.find((candidate) => candidate.id === id);
    expect(one, `no case of this id: ${id}`).toBeDefined();
    if (one !== undefined) await expect(runCase(one, harness)).rejects.toThrow(Error);
  };

  it.each(expected)("a notifier that %s is caught by %s", (flaw, id) =>
    caught(id, pagerHarness(flaw)),
  );

  it("a notifier that adds the time of day is caught by key/attempts where no key is sent", () =>
    caught("key/attempts", pagerHarness("adds the time of day", { key: undefined })));

  it("a notifier that forgets whom it has served is caught by resume/served-once", () =>
    caught("resume/served-once", intercomHarness({ forgets: true })));

  it("has for every case a notifier that it catches", () => {
    const proven = new Set(Object.values(caughtBy).flat());
    expect(conformanceCases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it("has one case to an id", () => {
    const ids = conformanceCases.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("says what keeps a socket open, and what does not", async () => {
    const one = conformanceCases.find(({ id }) => id === "close/nothing-left");
    await expect(one && runCase(one, pagerHarness("never closes its connections"))).rejects.toThrow(
      /left open: a socket.*fetch\(\) keeps.*httpClient\(\)/,
    );
  });

  it("does not repeat the secret that it found", async () => {
    const one = conformanceCases.find(({ id }) => id === "secret/rejections");
    const run = one && runCase(one, pagerHarness("leaks the URL"));
    await expect(run).rejects.toThrow(/shows a secret: plain/);
    await expect(run).rejects.not.toThrow(/canary-/);
  });
});

describe("runCase", () => {
  it("does not blame a notifier for the time that a busy machine did not give it", async () => {
    const busy = (): void => {
      for (const end = performance.now() + 1_500; performance.now() < end; );
    };
    const rig: Harness["rig"] = async (canary) => {
      const made = await memoryHarness.rig(canary);
      const send: Notifier["send"] = async () => {
        await new Promise((resolve) => setImmediate(resolve));
        busy();
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new DeliveryError("aborted", "It was called off.");
      };
      return { ...made, notifier: { ...made.notifier, send } };
    };
    const one = conformanceCases.find(({ id }) => id === "abort/before");
    expect(one && (await runCase(one, { ...memoryHarness, rig }))).toBeUndefined();
  });

  const wireless = { ...pagerHarness(), protocol: undefined };

  it("skips what the harness cannot show, and says why", async () => {
    const one = conformanceCases.find(({ id }) => id === "code/reset");
    const harness: Harness = { ...wireless, cannot: { reset: "it has no wire" } };
    expect(one && (await runCase(one, harness))).toBe("reset: it has no wire");
  });

  it("lets an HTTP destination off nothing", async () => {
    const one = conformanceCases.find(({ id }) => id === "code/reset");
    const harness: Harness = { ...pagerHarness(), cannot: { reset: "too much trouble" } };
    await expect(one && runCase(one, harness)).rejects.toThrow(/its harness has no `cannot`/);
  });

  it("expects the code that the harness names", async () => {
    const one = conformanceCases.find(({ id }) => id === "code/payload");
    const harness = pagerHarness(undefined, { codes: { payload: "config" } });
    await expect(one && runCase(one, harness)).rejects.toThrow(/code "config"/);
  });

  it("asks for rigs whose secrets differ", async () => {
    const one = conformanceCases.find(({ id }) => id === "secret/other-receiver");
    const harness: Harness = {
      rig: async () => ({
        ...(await pagerHarness().rig(() => "the-same-secret")),
        secrets: ["the-same-secret"],
      }),
    };
    await expect(one && runCase(one, harness)).rejects.toThrow(/same secrets/);
  });
});
