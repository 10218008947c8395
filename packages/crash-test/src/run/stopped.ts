import { setTimeout as sleep } from "node:timers/promises";
import { keyOf, type Ledger } from "../oracle/ledger.ts";
import { reach } from "./failpoints.ts";
import type { Life } from "./life.ts";
import type { Scenario } from "./run.ts";

interface Moment {
  readonly name: string;
  /** How often a process comes by in the time it has. */
  readonly most: number;
}

/** Where a process is stopped: within a write, before and after a request, with rows it was just handed. */
const moments: readonly [Moment, ...Moment[]] = [
  { name: "send.after", most: 8 },
  { name: "claim.after", most: 2 },
  { name: "commit.before", most: 8 },
  { name: "renew.before", most: 1 },
  { name: "send.before", most: 8 },
];

export const stopMoments: readonly string[] = moments.map(({ name }) => name);

/** A process that is stopped for longer than its leases last, while another goes on. */
export const stoppedBeyondLease =
  (number: number): Scenario =>
  async (cycle) => {
    const { ledger, receivers, leaseMs } = cycle;
    const moment = moments[number % moments.length] ?? moments[0];
    const other = cycle.start({ events: 150 });
    const sleeper = await reach(cycle, { ...moment, mode: "stop", settings: { events: 150 } });
    if (sleeper === undefined) {
      ledger.faults.push(`nobody was stopped at ${moment.name}`);
      return leave(other);
    }
    ledger.stopped.add(sleeper.name);
    await sleep(leaseMs * 2);
    sleeper.resume();
    await sleep(leaseMs);
    await Promise.all([leave(sleeper), leave(other)]);
    for (const { name } of receivers) {
      const late = lateRequests(ledger, sleeper, name);
      // One request may have been on its way when it was stopped.
      if (late > 1) ledger.faults.push(`${late} requests to ${name} after others had settled them`);
    }
  };

/** What it lost, it has been told by then. */
const leave = async (life: Life): Promise<void> => {
  life.terminate();
  await life.ended;
};

/** Requests with events that the store had already from another process. */
const lateRequests = ({ arrivals, settledAt }: Ledger, { name }: Life, receiver: string): number =>
  arrivals.filter(
    ({ life, receiver: where, events, at }) =>
      life === name &&
      where === receiver &&
      events.some(({ id }) => (settledAt.get(keyOf(receiver, id)) ?? at) < at),
  ).length;
