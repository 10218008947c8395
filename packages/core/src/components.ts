import { Announcer, type SignalListener } from "./announcer.ts";
import { Attachments } from "./attachments.ts";
import { BoundEmitter } from "./bound-emitter.ts";
import { eventFactory } from "./create-event.ts";
import { Dispatcher } from "./delivery/dispatcher.ts";
import { Journal } from "./delivery/journal.ts";
import { LeaseKeeper } from "./delivery/lease-keeper.ts";
import type { Receiver } from "./delivery/receiver.ts";
import { Waits } from "./delivery/wait.ts";
import { DropReporter } from "./drop-reporter.ts";
import { History } from "./history.ts";
import { idSource } from "./id.ts";
import { Intake } from "./intake.ts";
import type { NotifierHost } from "./notifier.ts";
import { stderrPrinter } from "./problems.ts";
import { receiverStats } from "./receiver-report.ts";
import { Receivers } from "./receivers.ts";
import { sentencesOf } from "./sentences.ts";
import type { Settings } from "./settings.ts";
import type { MonitorStats } from "./stats.ts";
import type { EventStore } from "./store/store.ts";

/** The parts of one monitor, each made with those it needs. */
export interface Components {
  readonly nextId: () => string;
  readonly announcer: Announcer;
  readonly attachments: Attachments;
  readonly journal: Journal;
  readonly leaseKeeper: LeaseKeeper;
  readonly waits: Waits;
  readonly dispatcher: Dispatcher;
  readonly intake: Intake;
  readonly receivers: Receivers;
  readonly drops: DropReporter;
  readonly emitter: BoundEmitter;
  readonly history: History;
  stats(): MonitorStats;
}

/** @param settings - Asked whenever needed: the global monitor may be configured while events flow. */
export const buildComponents = (settings: () => Settings, store: EventStore): Components => {
  const { clock, random } = settings();
  const startedAt = clock.monotonic();
  const nextId = idSource(clock, random);
  const printer = stderrPrinter(clock);
  const announcer = new Announcer(clock, () => settings().onProblem ?? printer);
  const { signal, report } = announcer;
  const waits = new Waits(clock);
  const journal = new Journal(store, { clock, waits, report });
  const all: Receiver[] = [];
  const shared = {
    clock,
    random,
    nextId,
    waits,
    journal,
    receivers: all,
    observed: () => announcer.observed,
    signal,
    report,
  };
  const dispatcher = new Dispatcher({ ...shared, turn: () => settings().turn });
  const intake = new Intake({
    createEvent: eventFactory(clock, random),
    dispatcher,
    refuses: () => journal.failing && journal.store.durable && settings().storeFailure === "refuse",
    report,
  });

  const stats = (): MonitorStats => {
    const { books } = intake;
    return {
      service: settings().context.service,
      uptime_seconds: (clock.monotonic() - startedAt) / 1_000,
      emitted: books.emitted,
      refused: { ...books.refused },
      taken: books.taken,
      events: books.byType(),
      receivers: all.map((one) => receiverStats(one, dispatcher.undecided(one), clock)),
      store: {
        durable: journal.store.durable,
        failing: journal.failing,
        uncommitted: journal.uncommitted,
      },
    };
  };

  const notifierHost: NotifierHost = Object.freeze({
    get service() {
      return settings().context.service;
    },
    get locale() {
      return settings().locale;
    },
    get timeZone() {
      return settings().timeZone;
    },
    clock,
    observe: (listener: SignalListener) => announcer.register(listener),
    stats,
  });
  const parts = { ...shared, announcer, dispatcher, intake };
  const leaseKeeper = new LeaseKeeper({ ...parts, closed: () => intake.closed });
  const receivers = new Receivers({
    ...parts,
    all,
    pipelineHost: {
      ...shared,
      ready: (pipeline) => dispatcher.ready(pipeline),
      holdsLeases: () => leaseKeeper.holdsLeases,
    },
    notifierHost,
    leaseKeeper,
  });
  const history = new History({ ...parts, leaseKeeper, waits: new Waits(clock), reader: settings });
  const drops = new DropReporter(shared);
  dispatcher.onTurn(() => drops.look());
  return {
    ...parts,
    leaseKeeper,
    receivers,
    drops,
    history,
    attachments: new Attachments({ notifierHost, report }),
    emitter: new BoundEmitter(
      { ...parts, say: () => sentencesOf(settings().locale) },
      () => settings().context,
    ),
    stats,
  };
};
