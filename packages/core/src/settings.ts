import { type Clock, dayMs } from "./clock.ts";
import type { EventContext } from "./create-event.ts";
import { checkTimeZone } from "./describe-time.ts";
import type { Random } from "./id.ts";
import type { Locale } from "./notifier.ts";
import {
  checkOptions,
  choiceOption,
  clockOption,
  flagOption,
  numberOption,
  numberOptions,
  textOption,
  wrongOption,
} from "./options.ts";
import { compileRedaction } from "./redaction.ts";
import type { Problem } from "./signals.ts";
import type { EventStore } from "./store/store.ts";

/** How a monitor works. It needs none of these. */
export interface MonitorOptions {
  /** The name of the service, in every event. Default `"datasync"`. */
  readonly service?: string | undefined;
  /** Where events and deliveries are remembered. Default: in memory, 10,000 events and 16 MiB. */
  readonly store?: EventStore | undefined;
  /**
   * What `emitEvent` does while a durable store fails: `"memory"` takes events, delivers them, and
   * writes them when it can; `"refuse"` refuses them with reason `store`. Default `"memory"`.
   */
  readonly storeFailure?: "memory" | "refuse" | undefined;
  /** The language of messages to people. Default `"en"`. */
  readonly locale?: Locale | undefined;
  /** An IANA name, such as `"Asia/Shanghai"`, for times in messages to people. Default: the process's own. */
  readonly timeZone?: string | undefined;
  readonly limits?: MonitorLimits | undefined;
  /** Paths into `details` whose values never leave `emitEvent`: `"user.token"`, `"*.secret"`, `"**.password"`. */
  readonly redact?: readonly string[] | undefined;
  /** A breaker that opens or closes becomes one `service_status` to every other receiver. Default false. */
  readonly selfReport?: boolean | undefined;
  /** On SIGTERM or SIGINT `close()`, then end by that signal; a second one ends at once. Default false. */
  readonly handleSignals?: boolean | undefined;
  /** How long a natural exit may wait for what is due, without a durable store. Default 5 s. */
  readonly drainOnExitMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random?: Random | undefined;
  /** Called with each problem that a person should know about; only it receives original errors, as `cause`. Default: at most one line a minute on stderr for each receiver and code. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface MonitorLimits {
  /** Heap bytes of one event's details. Default 65,536. */
  readonly detailsBytes?: number | undefined;
  /** Values in one event's details. Default 10,000. */
  readonly detailsNodes?: number | undefined;
  /** Nesting of one event's details. Default 32. */
  readonly detailsDepth?: number | undefined;
  /** Events that may be emitted within one turn of the event loop; more are refused. Default 10,000. */
  readonly turnEvents?: number | undefined;
  /** Their heap bytes. Default 32 MiB. */
  readonly turnBytes?: number | undefined;
  /** How long a durable store remembers what is settled. Default 31 days. */
  readonly historyMs?: number | undefined;
  /** How many events it remembers then. Default 1,000,000. */
  readonly historyEvents?: number | undefined;
}

/** Monitor options with every default filled in, but for the store. */
export interface Settings {
  readonly storeFailure: "memory" | "refuse";
  readonly locale: Locale;
  readonly timeZone: string;
  readonly context: EventContext;
  readonly turn: { readonly maxEvents: number; readonly maxBytes: number };
  readonly history: { readonly historyMs: number; readonly historyEvents: number };
  readonly selfReport: boolean;
  readonly handleSignals: boolean;
  readonly drainOnExitMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onProblem: ((problem: Problem) => void) | undefined;
}

const owner = "The monitor";
const known = [
  "service",
  "store",
  "storeFailure",
  "locale",
  "timeZone",
  "limits",
  "redact",
  "selfReport",
  "handleSignals",
  "drainOnExitMs",
  "clock",
  "random",
  "onProblem",
];

const much = { min: 1, max: 2 ** 40 };

const checkFunction = <T>(name: string, value: T | undefined): T | undefined => {
  if (value === undefined || typeof value === "function") return value;
  throw wrongOption(owner, name, "must be a function.");
};

const checkStore = (store: EventStore | undefined): void => {
  if (store === undefined || (typeof store === "object" && store?.contract === 1)) return;
  throw wrongOption(
    owner,
    "store",
    "must be an event store of contract 1, such as `memoryStore()`.",
  );
};

const readLimits = (limits: MonitorLimits | undefined) =>
  numberOptions(owner, "limits", limits, {
    detailsBytes: [65_536, { min: 256, max: 2 ** 26, integer: true }],
    detailsNodes: [10_000, { min: 4, max: 10_000_000, integer: true }],
    detailsDepth: [32, { min: 1, max: 1_000, integer: true }],
    turnEvents: [10_000, much],
    turnBytes: [32 * 2 ** 20, much],
    historyMs: [31 * dayMs, much],
    historyEvents: [1e6, much],
  });

/** Checks a monitor's options and fills in what they leave out. @throws ConfigError */
export const monitorSettings = (options: MonitorOptions): Settings => {
  checkOptions(owner, options, known);
  checkStore(options.store);
  const limits = readLimits(options.limits);
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    storeFailure: choiceOption(owner, "storeFailure", options.storeFailure, "memory", [
      "memory",
      "refuse",
    ]),
    locale: choiceOption(owner, "locale", options.locale, "en", ["en", "zh-CN"]),
    timeZone: checkTimeZone(owner, timeZone),
    context: {
      service:
        options.service === undefined ? "datasync" : textOption(owner, "service", options.service),
      limits: {
        maxBytes: limits.detailsBytes,
        maxNodes: limits.detailsNodes,
        maxDepth: limits.detailsDepth,
      },
      redaction: compileRedaction(options.redact ?? []),
      details: undefined,
    },
    turn: { maxEvents: limits.turnEvents, maxBytes: limits.turnBytes },
    history: limits,
    selfReport: flagOption(owner, "selfReport", options.selfReport, false),
    handleSignals: flagOption(owner, "handleSignals", options.handleSignals, false),
    drainOnExitMs: numberOption(owner, "drainOnExitMs", options.drainOnExitMs, 5_000, {
      min: 0,
      max: dayMs,
    }),
    clock: clockOption(owner, options.clock),
    random: checkFunction("random", options.random) ?? Math.random,
    onProblem: checkFunction("onProblem", options.onProblem),
  };
};
