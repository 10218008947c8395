import type {
  Aggregate,
  AggregateQuery,
  Backlog,
  Claimed,
  ClaimQuery,
  Clock,
  Delivery,
  DeliveryQuery,
  EventQuery,
  EventStore,
  Group,
  Key,
  Lease,
  MonitorEvent,
  Page,
} from "@datasync-monitor/core";
import { aggregateOf } from "./aggregates.ts";
import { backlogOf, deliveriesPage, eventsPage } from "./answers.ts";
import { commitGroup } from "./commit.ts";
import { Database } from "./database.ts";
import { SqlStoreError } from "./errors.ts";
import { claimDeliveries, isClaimable, leaseEnd, renewLeases } from "./leases.ts";
import { moveDeliveries, type Target } from "./move.ts";
import { readOptions, type SqlStoreOptions } from "./options.ts";
import { type PruneLimits, pruneEvents } from "./prune.ts";

/** How long a claim goes on past what it cannot hand out; core waits 5 seconds for it. */
const skippingMs = 2_000;

/**
 * Keeps events and their deliveries in SQLite, Postgres, MySQL or MariaDB. A commit that resolved
 * survives the process, and several processes may share one database.
 *
 * Give it one of `file`, `url`, `dialect` and `kysely`. The database is opened, and its tables made,
 * when the monitor opens the store; until then nothing is touched.
 *
 * @throws ConfigError
 */
export const sqlStore = <DB = unknown>(options: SqlStoreOptions<DB>): EventStore => {
  const { source, prefix, clock } = readOptions(options);
  return new SqlStore(new Database(source, prefix, clock), clock);
};

class SqlStore implements EventStore {
  readonly contract = 1;
  readonly durable = true;
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  open(instance: string): Promise<void> {
    return this.#database.open(instance);
  }

  async commit(group: Group): Promise<{ readonly stale: readonly Key[] }> {
    if (group.accepted.length === 0 && group.outcomes.length === 0) return { stale: [] };
    const stale = await this.#database.write("write a group", (session) =>
      commitGroup(session, group),
    );
    return { stale };
  }

  async claim(query: ClaimQuery): Promise<readonly Claimed[]> {
    const giveUpAt = performance.now() + skippingMs;
    for (;;) {
      const some = await this.#database.read("look for deliveries", (session) =>
        isClaimable(session, query),
      );
      if (!some) return [];
      const { claimed, skipped } = await this.#database.write("claim deliveries", (session) =>
        claimDeliveries(session, query),
      );
      if (claimed.length > 0 || !skipped) return claimed;
      // Not an empty answer, which says that nothing is left.
      if (performance.now() > giveUpAt) throw skippingOn();
    }
  }

  async renew(
    leases: readonly Lease[],
    leaseMs: number,
    now: number,
  ): Promise<{ readonly lost: readonly Key[] }> {
    if (leases.length === 0) return { lost: [] };
    const lost = await this.#database.write("renew leases", (session) =>
      renewLeases(session, leases, leaseEnd(now, leaseMs)),
    );
    return { lost };
  }

  async move(select: DeliveryQuery, to: Target): Promise<number> {
    return moveDeliveries(this.#database, select, to, this.#clock.now());
  }

  async events(query: EventQuery): Promise<Page<MonitorEvent>> {
    return this.#database.read("look for events", (session) => eventsPage(session, query));
  }

  async deliveries(query: DeliveryQuery): Promise<Page<Delivery>> {
    return this.#database.read("look for deliveries", (session) => deliveriesPage(session, query));
  }

  async aggregate(query: AggregateQuery): Promise<Aggregate> {
    const now = this.#clock.now();
    return this.#database.read("sum up events", (session, beganAt) =>
      aggregateOf(session, query, { now, beganAt }),
    );
  }

  async backlog(): Promise<readonly Backlog[]> {
    return this.#database.read("count deliveries", backlogOf);
  }

  async prune(limits: PruneLimits): Promise<number> {
    return pruneEvents(this.#database, limits, this.#clock.now());
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const skippingOn = () =>
  new SqlStoreError(
    "passed-over",
    "So many deliveries cannot be handed out, most often for their events cannot be read, that the next claim goes on behind them.",
  );
