import { randomBytes } from "node:crypto";
import type { CycleName } from "../run/cycle.ts";
import { killsAmong } from "../run/random-kills.ts";
import type { CycleReport } from "../run/run.ts";
import type { Source } from "../run/source.ts";
import {
  backendsKilled,
  blackholed,
  collided,
  type Database,
  type DatabaseFault,
  locked,
  through,
  withoutConnections,
} from "./faults.ts";
import { onService } from "./on-service.ts";
import { perform, type Service, whyNot } from "./service.ts";

/** One way in which a server is away, or in the way. */
interface Hardship {
  readonly name: string;
  readonly run: (service: Service, cycle: CycleName) => Promise<CycleReport>;
}

const during = (name: string, fault: DatabaseFault): Hardship => ({
  name,
  run: (service, cycle) => onService(service, cycle, (on) => through(name, fault, on)),
});

const noConnections = "there is no connection left for it at first";

const withFewConnections: Hardship["run"] = async (service, cycle) => {
  const name = `crash${randomBytes(5).toString("hex")}`;
  const user = { name, password: name };
  await perform(service, service.limitedUser(name, 2));
  try {
    const scenario = (on: Database) => withoutConnections(noConnections, on, user);
    return await onService(service, cycle, scenario, user);
  } finally {
    await perform(service, service.dropUser(name));
  }
};

const hardships: readonly [Hardship, ...Hardship[]] = [
  // As pg-boss#365 and #381 were about.
  during("its connections are killed in the middle of queries", backendsKilled),
  during("the network swallows everything, then resets", blackholed),
  during("transactions collide with others", collided),
  during("another holds the rows longer than a call waits", locked),
  { name: noConnections, run: withFewConnections },
];

/** What befalls a server while one process works with it, by the number of the cycle. */
export const hardshipNames: readonly string[] = hardships.map(({ name }) => name);

export const serviceFaults = (service: Service): Source => ({
  name: `${service.id}-faults`,
  run: (cycle) => (hardships[cycle.number % hardships.length] ?? hardships[0]).run(service, cycle),
  cycles: { short: hardships.length, long: 2 * hardships.length },
  hits: hardshipNames,
  whyNot: () => whyNot(service),
});

export const serviceKills = (service: Service): Source => ({
  name: `${service.id}-kills`,
  // Two on one store, then four.
  run: (cycle) => onService(service, cycle, () => killsAmong(cycle.number % 2 === 0 ? 2 : 4, 3)),
  cycles: { short: 1, long: 4 },
  hits: ["random"],
  whyNot: () => whyNot(service),
});
