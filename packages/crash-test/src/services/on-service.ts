import type { CycleName } from "../run/cycle.ts";
import { type CycleReport, runCycle, type Scenario } from "../run/run.ts";
import type { Database } from "./faults.ts";
import { TcpProxy } from "./proxy.ts";
import { dropTables, newPrefix, type Service, type User } from "./service.ts";

const connections = 4;

/**
 * One cycle on tables of its own, behind a proxy.
 *
 * @param user - Whom the processes connect as, instead of the user of the service's URL.
 */
export const onService = async (
  service: Service,
  name: CycleName,
  scenario: (database: Database) => Scenario,
  user?: User,
): Promise<CycleReport> => {
  const prefix = newPrefix();
  const proxy = new TcpProxy(service.url, service.port);
  await proxy.listen();
  const url = new URL(service.url);
  url.port = String(proxy.port);
  if (user !== undefined) Object.assign(url, { username: user.name, password: user.password });
  const store = { url: url.href, tablePrefix: prefix, connections };
  try {
    return await runCycle(name, scenario({ service, prefix, proxy }), { store });
  } finally {
    await proxy.close();
    await dropTables(service, prefix);
  }
};
