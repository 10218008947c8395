import type { Clock } from "./clock.ts";
import type { Problem } from "./signals.ts";
import { singleLine, truncate } from "./text.ts";

/** A problem as status answers show it: without its raw cause. */
export interface RecentProblem extends Omit<Problem, "cause"> {
  readonly at: string;
}

export interface ReporterOptions {
  readonly clock: Clock;
  /** Asked at each problem. Default: one line on stderr for each receiver and code in a minute. */
  readonly onProblem: () => ((problem: Problem) => void) | undefined;
  /** Told after `onProblem`, without the cause. */
  readonly onReported: (problem: Omit<Problem, "cause">) => void;
}

const maxRecent = 20;
const maxSilenced = 1_000;
const silenceMs = 60_000;

const text = (cause: unknown): string => {
  try {
    return cause instanceof Error ? `: ${truncate(singleLine(cause.message), 200)}` : "";
  } catch {
    return "";
  }
};

/** Tells of problems, and never causes one. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #recent: RecentProblem[] = [];
  readonly #printedAt = new Map<string, number>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** The last 20, oldest first. */
  get recent(): readonly RecentProblem[] {
    return [...this.#recent];
  }

  report({ code, receiver, message, cause }: Problem): void {
    const safe = { code, receiver, message: truncate(singleLine(message), 500) };
    this.#recent.push({ ...safe, at: new Date(this.#options.clock.now()).toISOString() });
    if (this.#recent.length > maxRecent) this.#recent.shift();
    const { onReported } = this.#options;
    const onProblem = this.#options.onProblem();
    if (onProblem === undefined) this.#print({ ...safe, cause });
    else {
      try {
        onProblem({ ...safe, cause });
      } catch {
        // A listener that throws is its owner's; there is nobody left to tell.
      }
    }
    onReported(safe);
  }

  #print({ code, receiver, message, cause }: Problem): void {
    const key = `${receiver} ${code}`;
    const now = this.#options.clock.monotonic();
    const last = this.#printedAt.get(key);
    if (last !== undefined && now - last < silenceMs) return;
    if (this.#printedAt.size >= maxSilenced) this.#printedAt.clear();
    this.#printedAt.set(key, now);
    // A callback's own words are its owner's code; a stranger's error may hold secrets.
    const own = code === "callback-failed" ? text(cause) : "";
    const about = receiver === null ? "" : ` [${singleLine(receiver)}]`;
    process.stderr.write(`datasync-monitor${about} ${code}: ${message}${own}\n`);
  }
}
