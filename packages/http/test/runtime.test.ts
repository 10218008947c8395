import { ConfigError } from "@datasync-monitor/core";
import { expect, it, vi } from "vitest";

/** As Bun has it: a `Pool` that can be made and takes no requests. */
vi.mock("undici", () => ({ Pool: class {}, Client: class {}, buildConnector: () => () => {} }));

it("refuses to be made where the runtime replaces undici, instead of failing every attempt", async () => {
  const { httpClient } = await import("../src/client.ts");
  const make = () => httpClient({}, "pager()");
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(/^pager\(\) sends by undici, .*Run it on Node\.$/);
});
