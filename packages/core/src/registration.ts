import type { DeadlineOptions } from "./deadline.ts";

/** What a `flush`, a `close` or an `unregister` left behind. */
export interface FlushReport {
  /** Fates reached while it ran. */
  readonly delivered: number;
  readonly dropped: number;
  readonly dead: number;
  /** Event × receiver pairs, taken before the call, that are still without a fate. */
  readonly pending: number;
  /** It ended before all had its fate: at the deadline or, in `close()`, when nothing could happen before that. */
  readonly timed_out: boolean;
}

export interface LeaveOptions extends DeadlineOptions {
  readonly drain?: boolean | undefined;
}

/** How a receiver, or an observer, is taken away again. */
export interface Registration {
  readonly name: string;
  /**
   * Takes no new events, delivers what waits (`drain`, default true) until `deadlineMs` (default
   * 10,000), then releases the notifier. What is left is counted as `dropped("unregistered")`, unless a durable
   * store remembers it for whoever has the name next.
   */
  unregister(options?: LeaveOptions): Promise<FlushReport>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The report of one who had no deliveries. */
export const nothingLeft: FlushReport = Object.freeze({
  delivered: 0,
  dropped: 0,
  dead: 0,
  pending: 0,
  timed_out: false,
});

/** @param leave - Called at most once, however often it is asked for. */
export const registrationOf = (name: string, leave: Registration["unregister"]): Registration => {
  let leaving: Promise<FlushReport> | undefined;
  const unregister: Registration["unregister"] = (options) => {
    leaving ??= leave(options);
    return leaving;
  };
  return {
    name,
    unregister,
    [Symbol.asyncDispose]: async () => {
      await unregister();
    },
  };
};
