import {
  type AttemptOutcome,
  type BreakerState,
  EventLevel,
  type Fate,
  type RefusalReason,
  singleLine,
  truncate,
} from "@datasync-monitor/core";

/** What a value outside its closed set is shown as. */
export const other = "other";

export const levels: readonly string[] = Object.values(EventLevel);
export const outcomes = ["success", "failure"] as const;
export const breakerStates = ["closed", "open", "half-open"] satisfies BreakerState[];
export const refusalReasons: readonly string[] = [
  "invalid",
  "closed",
  "overflow",
  "store",
] satisfies RefusalReason[];
export const dropReasons: readonly string[] = ["overflow", "closed", "unregistered", "discarded"];
export const deadReasons: readonly string[] = [
  "payload",
  "expired",
  "attempts",
  "failed",
  "deadline",
];
export const attemptOutcomes: readonly string[] = [
  "delivered",
  "unavailable",
  "ambiguous",
  "rate-limited",
  "payload",
  "endpoint",
  "config",
  "aborted",
  "unknown",
] satisfies AttemptOutcome[];
export const fates = [
  "delivered",
  "filtered",
  "folded",
  "moved",
  "dropped",
  "dead",
] satisfies Fate[];

/** `value` where `known` has it, else `other`: how every label but `receiver` stays bounded. */
export const oneOf = (value: string, known: readonly string[]): string =>
  known.includes(value) ? value : other;

/**
 * The `receiver` labels of one registry: bounded, printable, and one label for one name.
 *
 * prom-client tells series apart by joining `name:value,` unescaped, so two free texts in one
 * metric could meet in one series. `receiver` is the only free text there is, and all other labels
 * come from closed sets without a comma; so different names are always different series.
 */
export class ReceiverLabels {
  readonly #labels = new Map<string, string>();
  readonly #taken = new Set<string>([other]);
  readonly #onNew: (label: string) => void;

  /** `onNew` is told each label before it is first used. */
  constructor(onNew: (label: string) => void) {
    this.#onNew = onNew;
  }

  /** The label of a receiver; `other` for those that come after `most` others have one. */
  of(name: unknown, most: number): string {
    if (typeof name !== "string") return other;
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    if (this.#labels.size >= most) return other;
    const label = this.#free(truncate(singleLine(name), 100) || "unnamed");
    this.#labels.set(name, label);
    this.#taken.add(label);
    this.#onNew(label);
    return label;
  }

  /** Names that look alike once cleaned are told apart by a number. */
  #free(label: string): string {
    let candidate = label;
    for (let n = 2; this.#taken.has(candidate); n += 1) candidate = `${label}#${n}`;
    return candidate;
  }
}
