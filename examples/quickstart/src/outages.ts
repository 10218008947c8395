import type { Monitor, ReceiverStats } from "@datasync-monitor/core";
import { sleep, until } from "./pace.ts";
import type { Say } from "./progress.ts";
import type { Receiver } from "./receivers/receiver.ts";
import type { Receivers } from "./receivers/receivers.ts";

/** When each destination answers with its rate limit, and when it is gone. */
const plan = [
  { receiver: "feishu", limitsAtMs: 1_500, goneAtMs: 3_500 },
  { receiver: "slack", limitsAtMs: 2_500, goneAtMs: 6_800 },
  { receiver: "email", limitsAtMs: 5_000, goneAtMs: 10_000 },
] as const;
const goneMs = 5_000;

export interface Outage {
  readonly from: number;
  readonly until: number;
}

const statsOf = (monitor: Monitor, name: string): ReceiverStats | undefined =>
  monitor.stats().receivers.find((receiver) => receiver.name === name);

const wasLimited = (monitor: Monitor, name: string): boolean =>
  (statsOf(monitor, name)?.attempts["rate-limited"] ?? 0) > 0;

const isSending = (monitor: Monitor, name: string): boolean =>
  (statsOf(monitor, name)?.in_flight ?? 0) > 0;

interface Stage {
  readonly monitor: Monitor;
  readonly say: Say;
  readonly signal: AbortSignal;
}

const play = async (
  { limitsAtMs, goneAtMs }: (typeof plan)[number],
  { notifier: { id }, standIn, limitRate }: Receiver,
  { monitor, say, signal }: Stage,
): Promise<readonly Outage[]> => {
  if (standIn === undefined) {
    say(id, "is the real one: no outage is played there");
    return [];
  }
  const startedAt = performance.now();
  await sleep(limitsAtMs, signal);
  await limitRate?.();
  await until(() => wasLimited(monitor, id), signal);
  await sleep(Math.max(0, startedAt + goneAtMs - performance.now()), signal);
  // Between two messages: one cut off in the middle may have arrived, and would be sent again under its id.
  await until(() => !isSending(monitor, id), signal);
  if (signal.aborted) return [];
  const from = Date.now();
  await standIn.meet("refuse");
  say(id, `is gone: it refuses connections for ${goneMs / 1_000} s`);
  await sleep(goneMs, signal);
  await standIn.meet("accept");
  say(id, "is back");
  return [{ from, until: Date.now() }];
};

/** Plays the outages at the stand-ins; the real vendors are left alone. */
export const playOutages = async (
  receivers: Receivers,
  stage: Stage,
): Promise<readonly Outage[]> => {
  const played = plan.map(async (part) => {
    const receiver = receivers.all.find(({ notifier }) => notifier.id === part.receiver);
    return receiver === undefined ? [] : play(part, receiver, stage);
  });
  return (await Promise.all(played)).flat();
};
