import { describe, expect, it } from "vitest";
import { type HealthCheckResult, healthChecks } from "../src/index.ts";
import { rig, second } from "./support.ts";

describe("a check", () => {
  const found = async (result: unknown, level?: "warning" | "critical") => {
    const { clock, monitor, events } = rig();
    const run = () => result as HealthCheckResult;
    healthChecks(monitor, { checks: { one: { run, level } } });
    await clock.advance(0);
    return events()[0]?.details.checks;
  };

  it.each([
    [undefined, "passed", "info", undefined],
    [true, "passed", "info", undefined],
    [{ level: "info", message: "3 idle" }, "passed", "info", "3 idle"],
    [Promise.resolve(true), "passed", "info", undefined],
    [false, "failed", "error", "answered false"],
    [Promise.resolve(false), "failed", "error", "answered false"],
    [{ level: "warning" }, "failed", "warning", undefined],
    [{ level: "critical", message: "gone" }, "failed", "critical", "gone"],
    [{ level: "error", message: 7, details: "none" }, "failed", "error", undefined],
  ])("that answers %j has %s at level %s", async (result, status, level, message) => {
    const duration_seconds = 0;
    const since = "2025-08-29T10:30:00.000Z";
    const finding = { status, level, ...(message && { message }), duration_seconds, since };
    expect(await found(result)).toEqual({ one: finding });
  });

  it.each([
    [{ level: "down" }, "object"],
    [{ status: "down" }, "object"],
    [[], "object"],
    [0, "number"],
    ["ok", "string"],
    [null, "null"],
  ])("that answers %j fails and says what it should answer", async (result, kind) => {
    const rule = "return nothing, true, false, or { level, message }";
    const message = `answered ${kind} without a level: ${rule}`;
    expect(await found(result)).toMatchObject({ one: { level: "error", message } });
  });

  it("fails as gravely as it is marked, unless its finding says", async () => {
    expect(await found(false, "critical")).toMatchObject({ one: { level: "critical" } });
    expect(await found("ok", "warning")).toMatchObject({ one: { level: "warning" } });
    expect(await found({ level: "error" }, "critical")).toMatchObject({ one: { level: "error" } });
  });

  it("has its words kept to one line of 300 characters without control characters", async () => {
    const forged = { level: "error", message: `a\u001b[31m\nERROR \u202eb${"x".repeat(500)}` };
    const message = `${"a ERROR  b".padEnd(299, "x")}…`;
    expect(await found(forged)).toMatchObject({ one: { message } });
  });

  it("whose result throws when it is read fails, and the others are told all the same", async () => {
    const hostile = new Proxy(
      {},
      {
        has: () => {
          throw new RangeError("trap");
        },
      },
    );
    expect(await found(hostile)).toMatchObject({ one: { level: "error", message: "RangeError" } });
  });

  it("runs at the same time as the others", async () => {
    const { clock, monitor, events } = rig();
    const slow = () => new Promise<void>((resolve) => void clock.setTimer(1_000, () => resolve()));
    healthChecks(monitor, { checks: { a: slow, b: slow, c: slow } });
    await clock.advance(second);
    expect(events()[0]?.metrics.duration_seconds).toBe(1);
  });
});

describe("what a check throws", () => {
  const shown = async (error: unknown) => {
    const { clock, monitor, events } = rig();
    const run = () => {
      throw error;
    };
    healthChecks(monitor, { checks: { one: run } });
    await clock.advance(0);
    expect(JSON.stringify(events())).not.toContain("s3cret");
    return events()[0]?.message.replace("The only check fails; one: ", "");
  };
  const secret = (more: object = {}) =>
    Object.assign(new Error("connect postgres://app:s3cret@db"), more);

  it.each([
    [secret(), "Error"],
    [secret({ code: "ECONNREFUSED" }), "Error (ECONNREFUSED)"],
    [secret({ code: 1045, name: "SqlError" }), "SqlError (1045)"],
    [secret({ code: "password s3cret" }), "Error"],
    [
      new TypeError("fetch failed", { cause: secret({ code: "ENOTFOUND" }) }),
      "TypeError (ENOTFOUND)",
    ],
    [secret({ name: "A\u001b[2J\nB" }), "A [2J B"],
    ["s3cret", "threw string"],
    [{ password: "s3cret" }, "threw object"],
    [null, "threw null"],
    [undefined, "threw undefined"],
  ])("is told by its name and code alone, never by its text: %j", async (error, text) => {
    expect(await shown(error)).toBe(text);
  });

  it("cannot be endless, or too hostile to be read", async () => {
    const loop = secret();
    loop.cause = loop;
    expect(await shown(loop)).toBe("Error");
    expect(await shown(secret({ name: "x".repeat(10_000) }))).toHaveLength(100);
    const trap = () => {
      throw new Error("trap");
    };
    expect(await shown(Object.defineProperty(secret(), "name", { get: trap }))).toBe(
      "threw an error that cannot be read",
    );
    expect(await shown(new Proxy(secret(), { getPrototypeOf: trap }))).toBe(
      "threw an error that cannot be read",
    );
  });
});
