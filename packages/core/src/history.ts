import type { Announcer } from "./announcer.ts";
import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import { decided } from "./delivery/drain.ts";
import type { Journal } from "./delivery/journal.ts";
import type { LeaseKeeper } from "./delivery/lease-keeper.ts";
import type { Receiver } from "./delivery/receiver.ts";
import { storeAnswerMs } from "./delivery/retry.ts";
import { type Waits, within } from "./delivery/wait.ts";
import { ConfigError } from "./errors.ts";
import type { MonitorEvent } from "./event.ts";
import type { Intake } from "./intake.ts";
import type { MetricsAnswer } from "./operation-metrics.ts";
import type { Reader } from "./sentences.ts";
import type { MonitorStats } from "./stats.ts";
import { type ComprehensiveStatus, comprehensiveStatus } from "./status.ts";
import type { MemoryStore } from "./store/memory.ts";
import { readDeliveryQuery } from "./store/query.ts";
import type {
  Accepted,
  Aggregate,
  AggregateQuery,
  Delivery,
  DeliveryQuery,
  EventQuery,
  EventStore,
  MaybePromise,
  Outcome,
  Page,
} from "./store/store.ts";

export interface HistoryHost {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly waits: Waits;
  readonly leaseKeeper: LeaseKeeper;
  readonly receivers: readonly Receiver[];
  readonly announcer: Announcer;
  readonly intake: Intake;
  readonly dispatcher: Dispatcher;
  /** Whom the status is for. */
  readonly reader: () => Reader;
}

const most = 1_000;

/** It would replay others than those that were asked for. @throws ConfigError */
const checkReplay = (query: DeliveryQuery): void => {
  const { states } = readDeliveryQuery(query);
  if (states !== undefined && [...states].join() !== "dead")
    throw new ConfigError("states", 'replay() takes only what is "dead": leave `states` out.');
};

/** What was said, and what became of it: asked of the store, after all that is known has been written to it. */
export class History {
  readonly #host: HistoryHost;

  constructor(host: HistoryHost) {
    this.#host = host;
  }

  async events(query: EventQuery): Promise<Page<MonitorEvent>> {
    await this.#written();
    return this.#ask((store) => store.events(query));
  }

  async deliveries(query: DeliveryQuery): Promise<Page<Delivery>> {
    await this.#written();
    return this.#ask((store) => store.deliveries(query));
  }

  async metrics<W, M>(answer: MetricsAnswer<W, M>, window: W | undefined): Promise<M> {
    await this.#written();
    return answer(this, this.#host.clock.now(), window);
  }

  aggregate(query: AggregateQuery): Promise<Aggregate> {
    return this.#ask((store) => store.aggregate(query));
  }

  /** @param stats - Asked once the store has answered, or has not: it may have begun to fail by then. */
  async status(stats: () => MonitorStats): Promise<ComprehensiveStatus> {
    const { clock, receivers, announcer, reader } = this.#host;
    await this.#written();
    const now = clock.now();
    const ahead = now - clock.monotonic();
    const troubles = receivers.flatMap(({ name, pipeline }) =>
      [...pipeline.ledger.troubles].map(([kind, { reason, at }]) => ({
        receiver: name,
        kind,
        reason,
        at: at + ahead,
      })),
    );
    return comprehensiveStatus({
      store: this,
      now,
      stats: stats(),
      troubles,
      problems: announcer.recent,
      reader: reader(),
    });
  }

  /** Dead deliveries are pending again, and their receivers try them; answers how many. */
  async replay(query: DeliveryQuery): Promise<number> {
    const { receivers, intake, leaseKeeper, clock } = this.#host;
    if (intake.closed)
      throw new ConfigError("replay", "The monitor is closed: it delivers nothing.");
    checkReplay(query);
    const dead: DeliveryQuery = { ...query, states: ["dead"], limit: query.limit ?? most };
    const { rows } = await this.deliveries(dead);
    const moved = await this.#ask((store) => store.move(dead, { state: "pending" }));
    const trying = receivers.map((receiver) => {
      const own = rows.filter((row) => row.receiver === receiver.name);
      const reasons = new Map(own.map(({ event_id, reason }) => [event_id, reason ?? ""]));
      return reasons.size > 0 ? leaseKeeper.takeOver(receiver, reasons) : undefined;
    });
    await within(Promise.all(trying), storeAnswerMs, clock);
    return moved;
  }

  /** Resolves when all that is known has been written, or that has taken too long. */
  async #written(): Promise<void> {
    const { clock, journal, dispatcher, intake } = this.#host;
    const upTo = intake.last.seq;
    const endsAt = clock.monotonic() + storeAnswerMs;
    if (dispatcher.holdsUpTo(upTo))
      await decided({ clock, dispatcher, upTo, deadlineMs: storeAnswerMs });
    // The store may have to be opened first: that and the write have one deadline.
    const writing = journal.write([]);
    if (writing !== undefined) await within(writing, endsAt - clock.monotonic(), clock);
  }

  /** Asks the store, and waits only so long for its answer. */
  #ask<T>(question: (store: EventStore) => MaybePromise<T>): Promise<T> {
    const { journal, waits } = this.#host;
    return waits.answered((async () => question(journal.store))(), storeAnswerMs);
  }
}

const allOf = <T>(page: (cursor: string | undefined) => Page<T>): T[] => {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const next = page(cursor ?? undefined);
    rows.push(...next.rows);
    cursor = next.cursor;
  } while (cursor !== null);
  return rows;
};

const outcomeOf = (row: Delivery): Outcome | undefined => {
  const { event_id, receiver, attempts, batch_id, settled_at, state, last_error } = row;
  if (state === "pending" || settled_at === null) return undefined;
  const shared = {
    event_id,
    receiver,
    fence: 1,
    attempts,
    batch_id,
    settled_at: Date.parse(settled_at),
  };
  if (state === "delivered") return { ...shared, state, reference: row.reference };
  return { ...shared, state, reason: row.reason ?? "", last_error };
};

/**
 * All that a memory store remembers, oldest first, as another store can take it.
 *
 * @param keeps - Whether the other store keeps deliveries of that receiver.
 */
export const remembered = (
  store: MemoryStore,
  keeps: (receiver: string) => boolean,
): { accepted: Accepted[]; outcomes: Outcome[] } => {
  const deliveries = allOf((cursor) => store.deliveries({ limit: most, cursor })).filter((row) =>
    keeps(row.receiver),
  );
  const receivers = new Map<string, string[]>();
  for (const { event_id, receiver } of deliveries) {
    const known = receivers.get(event_id);
    if (known === undefined) receivers.set(event_id, [receiver]);
    else known.push(receiver);
  }
  const events = allOf((cursor) => store.events({ limit: most, cursor })).reverse();
  return {
    accepted: events.map((event) => ({ event, receivers: receivers.get(event.id) ?? [] })),
    outcomes: deliveries.flatMap((row) => outcomeOf(row) ?? []),
  };
};
