import { describe, it, type TestContext } from "vitest";
import { type CycleReport, runCycle, type Scenario } from "../../src/run/run.ts";
import type { Database } from "../../src/services/faults.ts";
import { TcpProxy } from "../../src/services/proxy.ts";
import { dropTables, newPrefix, type Service, whyNot } from "../../src/services/service.ts";
import { seed, skipFor } from "./run.ts";

/** Declares tests that need the service; without it they are skipped with the reason, or fail where it is required. */
export const withService = async (service: Service, tests: () => void): Promise<void> => {
  const reason = await whyNot(service);
  if (reason === undefined) describe(`on ${service.name}`, tests);
  else it(`on ${service.name}`, (context: TestContext) => skipFor(context, reason));
};

export interface OnService {
  readonly name: string;
  readonly connections?: number;
  /** Of the URL, instead of those of the service. */
  readonly user?: { readonly name: string; readonly password: string };
}

/** One cycle on tables of its own, behind a proxy. */
export const onService = async (
  service: Service,
  { name, connections = 4, user }: OnService,
  scenario: (database: Database) => Scenario,
): Promise<CycleReport> => {
  const prefix = newPrefix();
  const proxy = new TcpProxy(service.url, service.port);
  await proxy.listen();
  const url = new URL(service.url);
  url.port = String(proxy.port);
  if (user !== undefined) Object.assign(url, { username: user.name, password: user.password });
  const store = { url: url.href, tablePrefix: prefix, connections };
  try {
    return await runCycle(
      { seed, source: `${service.name}: ${name}`, number: 0 },
      scenario({ service, prefix, proxy }),
      { store },
    );
  } finally {
    await proxy.close();
    await dropTables(service, prefix);
  }
};
