import { type Batch, DeliveryError, type Notifier } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type HttpDestination,
  type HttpHarnessOptions,
  hostileHttp,
  httpHarness,
} from "../src/index.ts";
import { pager } from "./support/pager.ts";
import { harnessOf, toldBy } from "./support/told.ts";

describe("a vendor that tells of failures with status 200", () => {
  const answers = {
    accept: '{"errcode":0}',
    "rate-limited": '{"errcode":130101}',
    payload: '{"errcode":400105}',
    endpoint: '{"errcode":400102}',
    config: { body: '{"errcode":310000}' },
  };
  const codes = { 130101: "rate-limited", 400105: "payload", 400102: "endpoint", 310000: "config" };

  /** The careful pager, which reads the body too. */
  const reader = ({ url }: HttpDestination): Notifier => {
    const careful = pager(url);
    const judge = async (method: "POST" | "HEAD", body: string, signal: AbortSignal) => {
      const answer = await fetch(url, { method, body: method === "HEAD" ? null : body, signal });
      const told: { errcode?: unknown } = JSON.parse(await answer.text());
      const code = Object.entries(codes).find(([known]) => known === String(told.errcode))?.[1];
      if (code !== undefined) throw new DeliveryError(code as "payload", "it says so");
    };
    return {
      ...careful,
      send: (batch, { signal }) => judge("POST", JSON.stringify(batch), signal),
    };
  };

  it.each(["accept/once", ...Object.values(codes).map((code) => `code/${code}`)])(
    "is played in its own words, for %s",
    async (id) => {
      const harness = httpHarness({ notifier: reader, answers, codes: { garble: "ambiguous" } });
      expect(await toldBy(id, harness)).toBe("nothing");
    },
  );

  let destination: Awaited<ReturnType<typeof hostileHttp>>;
  beforeEach(async () => {
    destination = await hostileHttp({ answers });
  });
  afterEach(() => destination.close());

  it("accepts nothing that it refuses, whatever the status", async () => {
    await destination.meet("payload");
    const refused = await fetch(destination.url, { method: "POST", body: "x" });
    expect([refused.status, await refused.text()]).toEqual([200, '{"errcode":400105}']);
    expect(destination.accepted()).toHaveLength(0);
    await destination.meet("accept");
    await (await fetch(destination.url, { method: "POST", body: "x" })).text();
    expect(destination.accepted()).toHaveLength(1);
    await destination.meet("unavailable");
    expect((await fetch(destination.url, { method: "POST" })).status).toBe(503);
  });
});

describe("a vendor that names the time to wait in its body", () => {
  const answers: HttpHarnessOptions["answers"] = {
    "rate-limited": (seconds) => ({
      status: 429,
      body: JSON.stringify({ parameters: { retry_after: seconds } }),
    }),
  };

  const limited =
    (unitMs: number) =>
    (careful: Notifier, { url }: HttpDestination) => ({
      ...careful,
      send: async (batch: Batch) => {
        const answer = await fetch(url, { method: "POST", body: JSON.stringify(batch) });
        const told: { parameters: { retry_after: number } } = JSON.parse(await answer.text());
        const retryAfterMs = told.parameters.retry_after * unitMs;
        throw new DeliveryError("rate-limited", "it asks to wait", { retryAfterMs });
      },
    });

  it("is played with the time that the case asks for", async () => {
    const harness = harnessOf(limited(1_000), { answers });
    expect(await toldBy("wait/rate-limited", harness)).toBe("nothing");
  });

  it.each([
    ["takes its seconds for milliseconds", limited(1), "It is 37."],
    ["takes its seconds for minutes", limited(60_000), "It is 2220000."],
    ["looks for a header", (one: Notifier) => one, "It is undefined."],
  ])("catches one that %s", async (_how, change, words) => {
    const told = await toldBy("wait/rate-limited", harnessOf(change, { answers }));
    expect(told).toMatch(
      /^The error must have a retryAfterMs of 37000, .* `answers` has for it\)\./,
    );
    expect(told).toContain(words);
  });
});

describe("a vendor whose words name no time to wait", () => {
  it("gives way to a gateway that does, where the case asks for one", async () => {
    const harness = harnessOf((one) => one, { answers: { "rate-limited": "wait!" } });
    expect(await toldBy("wait/rate-limited", harness)).toBe("nothing");
  });
});

it("is played at an address of a form of its own, with its words and its login", async () => {
  const told: string[] = [];
  const harness = harnessOf(
    (one, { url }) => {
      told.push(new URL(url).pathname.replace(/canary-\S+$/, "…"));
      return one;
    },
    {
      routes: () => ({ "/login": () => "{}" }),
      destination: (canary, routes) =>
        hostileHttp({
          path: `/api/webhooks/1/${canary("token")}`,
          routes,
          answers: { accept: "{}" },
        }),
    },
  );
  expect(await toldBy("accept/once", harness)).toBe("nothing");
  expect(told).toEqual(["/api/webhooks/1/…"]);
});

it("says words that its own destination would never say", () => {
  const destination = () => hostileHttp({ path: "/api/webhooks/1/t" });
  expect(() => harnessOf((one) => one, { destination, answers: { accept: "{}" } })).toThrow(
    "Give them to the one that `destination` makes: `hostileHttp({ path, routes, answers })`.",
  );
});

it("says words for a condition that there is not", () => {
  const answers = { ratelimited: "wait!" } as object;
  expect(() => harnessOf((one) => one, { answers })).toThrow(
    "httpHarness() `answers` has no option `ratelimited`. Did you mean `rate-limited`?",
  );
});
