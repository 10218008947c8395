import { setTimeout as sleep } from "node:timers/promises";
import type { Cycle } from "../run/cycle.ts";
import type { Life } from "../run/life.ts";
import type { Scenario } from "../run/run.ts";
import type { TcpProxy } from "./proxy.ts";
import { perform, type Service, type Session, type User } from "./service.ts";

export interface Database {
  readonly service: Service;
  readonly prefix: string;
  readonly proxy: TcpProxy;
}

/** Something that befalls a database while a process works with it, and is over when it resolves. */
export type DatabaseFault = (database: Database) => Promise<void>;

const events = 300;

/** A process goes on through it by itself, and has all committed when it is over. */
export const through =
  (name: string, fault: DatabaseFault, database: Database): Scenario =>
  async (cycle) => {
    const life = cycle.start({ events });
    // Before it there are no tables.
    await life.said("open");
    await life.said("emitted", { matches: ({ n }) => n >= 20 });
    cycle.ledger.hits.push(cycle.ledger.emitted.size < events / 2 ? name : `too late: ${name}`);
    await fault(database);
    await recovered(cycle, life, name);
    await life.kill();
  };

const recovered = async ({ ledger }: Cycle, life: Life, name: string): Promise<void> => {
  const all = await life.said("committed", {
    matches: ({ count }) => count === events,
    withinMs: 60_000,
  });
  if (all === undefined) ledger.faults.push(`${life.name} did not recover from: ${name}`);
};

/** Every connection is ended from the other side, in the middle of whatever it does, over and over. */
export const backendsKilled: DatabaseFault = async ({ service, proxy }) => {
  for (let killed = 0, rounds = 0; killed < 10 && rounds < 100; rounds += 1) {
    killed += await service.killBackends(proxy.farPorts);
    await sleep(20);
  }
};

/** Nothing comes through for a while, and then every connection is reset. */
export const blackholed: DatabaseFault = async ({ proxy }) => {
  proxy.blackhole(true);
  await sleep(1_500);
  proxy.cut();
  proxy.blackhole(false);
};

/** Transactions fail as they do when others are in the way. */
export const collided: DatabaseFault = async ({ service, prefix }) => {
  const { begin, end } = service.collisions(prefix);
  await perform(service, begin);
  await sleep(1_500);
  await perform(service, end);
};

/** Another holds the rows for longer than a call waits, then for a moment. */
export const locked: DatabaseFault = async ({ service, prefix }) => {
  for (const heldMs of [1_000, 50]) {
    const session = await service.connect();
    await held(session, service.holdLocks(prefix));
    await sleep(heldMs);
    await session.query("rollback");
    await session.end();
  }
};

const maxTries = 20;

/** What the process has locked meanwhile may make a deadlock of it, and the server ends one of both. */
const held = async (session: Session, statements: readonly string[]): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      for (const statement of statements) await session.query(statement);
      return;
    } catch (error) {
      if (tries === maxTries) throw error;
      await session.query("rollback");
    }
  }
};

/** Others have all the connections that its user may have when a process starts. */
export const withoutConnections =
  (name: string, { service }: Database, user: User): Scenario =>
  async (cycle) => {
    const others = [await service.connect(user), await service.connect(user)];
    const life = cycle.start({ events });
    const refused = await life.said("problem", { matches: ({ code }) => code === "store-failed" });
    cycle.ledger.hits.push(refused === undefined ? `not reached: ${name}` : name);
    for (const other of others) await other.end();
    await recovered(cycle, life, name);
    await life.kill();
  };
