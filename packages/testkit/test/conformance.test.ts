import { DeliveryError, type DeliveryErrorCode } from "@datasync-monitor/core";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Condition,
  conformanceCases,
  type Harness,
  hostileHttp,
  memoryNotifier,
  type Rig,
  runCase,
} from "../src/index.ts";
import { testNotifier } from "../src/vitest.ts";
import { type Flaw, pager } from "./support/pager.ts";

const token = "tok-3f9a1c5e7b";

const pagerHarness = (flaw?: Flaw): Harness => ({
  async rig(): Promise<Rig> {
    const http = await hostileHttp({ path: `/page/${token}?key=${token}` });
    return {
      notifier: pager(http.url, flaw),
      meet: http.meet,
      received: () =>
        http
          .accepted()
          .filter(({ method }) => method === "POST")
          .map(({ body }) => body),
      attempts: http.attempts,
      secrets: [token],
      close: http.close,
    };
  },
});

testNotifier("a careful notifier", pagerHarness());

const thrown: Readonly<Partial<Record<Condition, DeliveryErrorCode>>> = {
  "rate-limited": "rate-limited",
  unavailable: "unavailable",
  payload: "payload",
  endpoint: "endpoint",
  config: "config",
};

testNotifier("memoryNotifier", {
  rig() {
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    let release = (): void => {};
    return {
      notifier,
      meet(condition) {
        release();
        const code = thrown[condition];
        if (code === undefined) notifier.fail(undefined, 0);
        else notifier.fail(new DeliveryError(code, "told to fail"), Number.POSITIVE_INFINITY);
        if (condition === "hang") release = notifier.hold();
      },
      received: () => notifier.events.map((event) => JSON.stringify(event)),
      attempts: () => notifier.attempts.length,
      secrets: [],
      async close() {},
    };
  },
  cannot: {
    garble: "it has no wire",
    reset: "it has no wire",
    refuse: "it has no wire",
  },
});

const idsOf = (prefix: string): readonly string[] =>
  conformanceCases.map(({ id }) => id).filter((id) => id.startsWith(prefix));

/** Each flaw, and the cases that are there to catch it. */
const caughtBy: Readonly<Record<Flaw, readonly string[]>> = {
  "sends twice": ["accept/once"],
  "insists on a readable answer": ["accept/garbled"],
  "throws plain errors": idsOf("code/"),
  "says success on 500": ["code/unavailable"],
  "tries again by itself": idsOf("once/").filter((id) => id !== "once/refuse"),
  "tries again when refused": ["once/refuse"],
  "repeats the event in its errors": ["error/quiet"],
  "ignores the signal": ["abort/before", "abort/hang", "verify/hang"],
  "breaks once aborted": ["abort/after"],
  "drops the last event": ["batch/order"],
  "turns the batch round": ["batch/order"],
  "changes the batch": ["batch/untouched"],
  "sets an environment variable": ["batch/globals"],
  "needs details.tables": idsOf("hostile/"),
  "leaks the URL": ["secret/rejections", "secret/abort", "secret/verify", "error/quiet"],
  "leaks the URL in the cause": ["secret/rejections", "secret/abort"],
  "leaks the token in base64": ["secret/rejections", "secret/abort"],
  "prints the URL": ["secret/rejections"],
  "keeps its options in the open": ["secret/notifier"],
  "sends to verify": ["verify/accept"],
  "verifies nothing": ["verify/endpoint", "verify/config", "verify/refuse"],
  "has a bad id": ["contract/shape"],
  "shares its end": ["instances/isolated"],
  "never closes its connections": ["close/nothing-left"],
  "leaves a timer": ["close/nothing-left", "close/after-hang"],
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

  it.each(expected)("a notifier that %s is caught by %s", async (flaw, id) => {
    const one = conformanceCases.find((candidate) => candidate.id === id);
    expect(one, `no case of this id: ${id}`).toBeDefined();
    if (one !== undefined) await expect(runCase(one, pagerHarness(flaw))).rejects.toThrow(Error);
  });

  it("has for every case a notifier that it catches", () => {
    const proven = new Set(Object.values(caughtBy).flat());
    expect(conformanceCases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it("has one case to an id", () => {
    const ids = conformanceCases.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("does not repeat the secret that it found", async () => {
    const one = conformanceCases.find(({ id }) => id === "secret/rejections");
    const run = one && runCase(one, pagerHarness("leaks the URL"));
    await expect(run).rejects.toThrow(/shows a secret: plain/);
    await expect(run).rejects.not.toThrow(token);
  });
});

describe("runCase", () => {
  it("skips what the harness cannot show, and says why", async () => {
    const one = conformanceCases.find(({ id }) => id === "code/reset");
    const harness: Harness = { ...pagerHarness(), cannot: { reset: "it has no wire" } };
    expect(one && (await runCase(one, harness))).toBe("reset: it has no wire");
  });

  it("expects the code that the harness names", async () => {
    const one = conformanceCases.find(({ id }) => id === "code/payload");
    const harness: Harness = { ...pagerHarness(), codes: { payload: "config" } };
    await expect(one && runCase(one, harness)).rejects.toThrow(/code "config"/);
  });
});
