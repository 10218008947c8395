import {
  type Batch,
  checkOptions,
  DeliveryError,
  defineNotifier,
  type MonitorEvent,
  type Notifier,
  numberOption,
  type RateLimit,
  type SendContext,
} from "@datasync-monitor/core";

export interface MemoryNotifierOptions {
  /** Default `"memory"`. */
  readonly id?: string | undefined;
  /** Default 1. */
  readonly maxBatchSize?: number | undefined;
  readonly rateLimits?: readonly RateLimit[] | undefined;
  readonly destinationKey?: string | undefined;
}

export interface MemoryAttempt {
  readonly batch: Batch;
  readonly context: SendContext;
}

/** A notifier that keeps what it is given, and fails or waits when it is told to. */
export interface MemoryNotifier extends Notifier {
  /** What was accepted, oldest first. */
  readonly events: readonly MonitorEvent[];
  /** The accepted batches, oldest first. */
  readonly batches: readonly Batch[];
  /** Every `send()`, whatever came of it: its batch, idempotency key, attempt number and `resume`. */
  readonly attempts: readonly MemoryAttempt[];
  /** How often `close()` was called. */
  readonly closes: number;
  /** Makes the next `times` sends (default 1) throw `error` as it is. A later call replaces an earlier one. */
  fail(error: unknown, times?: number): void;
  /** Keeps sends in flight from now on, until the returned function is called or their signal aborts. */
  hold(): () => void;
  /** Forgets what was recorded, and any failure that is still to come. */
  clear(): void;
}

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

const gate = (): Gate => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

const stop = (): DeliveryError => new DeliveryError("aborted", "called off");

/** Resolves when the gate opens, rejects when the signal aborts first. Leaves no listener behind. */
const pass = async (held: Gate, signal: AbortSignal): Promise<void> => {
  const aborted = gate();
  signal.addEventListener("abort", aborted.open, { once: true });
  if (signal.aborted) aborted.open();
  try {
    await Promise.race([held.opened, aborted.opened]);
  } finally {
    signal.removeEventListener("abort", aborted.open);
  }
  if (signal.aborted) throw stop();
};

export const memoryNotifier = (options: MemoryNotifierOptions = {}): MemoryNotifier => {
  checkOptions("memoryNotifier()", options, ["id", "maxBatchSize", "rateLimits", "destinationKey"]);
  const events: MonitorEvent[] = [];
  const batches: Batch[] = [];
  const attempts: MemoryAttempt[] = [];
  const held = new Set<Gate>();
  let failure: { readonly error: unknown; left: number } | undefined;
  let closes = 0;

  const takeFailure = (): { readonly error: unknown } | undefined => {
    if (failure === undefined || failure.left <= 0) return undefined;
    failure.left -= 1;
    return failure;
  };

  const notifier = {
    id: options.id ?? "memory",
    maxBatchSize: numberOption("memoryNotifier()", "maxBatchSize", options.maxBatchSize, 1, {
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      integer: true,
    }),
    rateLimits: options.rateLimits,
    destinationKey: options.destinationKey,
    get events() {
      return [...events];
    },
    get batches() {
      return [...batches];
    },
    get attempts() {
      return [...attempts];
    },
    get closes() {
      return closes;
    },
    async send(batch: Batch, context: SendContext) {
      attempts.push({ batch, context });
      const failed = takeFailure();
      if (context.signal.aborted) throw stop();
      for (const one of held) await pass(one, context.signal);
      if (failed !== undefined) throw failed.error;
      batches.push(batch);
      events.push(...batch);
    },
    fail(error: unknown, times = 1) {
      failure = { error, left: times };
    },
    hold() {
      const one = gate();
      held.add(one);
      return () => {
        held.delete(one);
        one.open();
      };
    },
    clear() {
      for (const list of [events, batches, attempts]) list.length = 0;
      failure = undefined;
    },
    async close() {
      closes += 1;
    },
  } satisfies Omit<MemoryNotifier, "contract">;
  return defineNotifier(notifier);
};
