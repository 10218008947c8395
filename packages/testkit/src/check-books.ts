import type { MonitorStats, ReceiverStats } from "@datasync-monitor/core";

type Counts = Readonly<Record<string, number>>;

const sum = (counts: Counts): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const named = (prefix: string, counts: Counts): Counts =>
  Object.fromEntries(
    Object.entries(counts).map(([reason, count]) => [`${prefix}(${reason})`, count]),
  );

/** Where one line of the books does not add up: the line, with both sides spelled out. */
const fault = (owner: string, total: string, left: number, parts: Counts): string[] => {
  const odd = Object.entries({ [total]: left, ...parts }).filter(
    ([, count]) => !Number.isInteger(count) || count < 0,
  );
  const faults = odd.map(([name, count]) => `${owner}: ${name} is ${count}, which counts nothing`);
  const right = sum(parts);
  if (left === right) return faults;
  const terms = Object.entries(parts).map(([name, count]) => `${name} ${count}`);
  return [...faults, `${owner}: ${total} ${left}, but ${terms.join(" + ")} = ${right}`];
};

const receiverFaults = (receiver: ReceiverStats): string[] => {
  const { filtered, delivered, folded, moved, dropped, dead, pending } = receiver;
  return fault(`receiver \`${receiver.name}\``, "taken", receiver.taken, {
    filtered,
    delivered,
    folded,
    moved,
    ...named("dropped", dropped),
    ...named("dead", dead),
    pending,
  });
};

/**
 * Holds `monitor.stats()` to its promise: every event that was emitted is refused or taken, and every
 * event that was taken has one fate at each receiver, or is pending. Call it in `afterEach`.
 *
 * @throws Error naming each receiver whose books do not balance, with both sides.
 */
export const checkBooks = (stats: MonitorStats): void => {
  const faults = [
    ...fault("monitor", "emitted", stats.emitted, {
      ...named("refused", stats.refused),
      taken: stats.taken,
    }),
    ...stats.receivers.flatMap(receiverFaults),
  ];
  if (faults.length > 0) throw new Error(`The books do not balance.\n  ${faults.join("\n  ")}`);
};
