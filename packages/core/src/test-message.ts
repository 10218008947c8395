import type { SignalListener } from "./announcer.ts";
import { type Clock, isoTime } from "./clock.ts";
import type { Mark } from "./delivery/taken.ts";
import { within } from "./delivery/wait.ts";
import type { EmitResult } from "./emitter.ts";
import { ConfigError } from "./errors.ts";
import type { EventInput } from "./event-input.ts";
import type { Address } from "./intake.ts";
import type { Receivers } from "./receivers.ts";
import { graceMs } from "./receivers.ts";
import type { Sentences } from "./sentences.ts";
import type { Delivery, DeliveryFailure } from "./store/store.ts";

export interface TestMessageHost {
  readonly clock: Clock;
  readonly receivers: Receivers;
  readonly say: Sentences;
  readonly emit: (input: EventInput, address: Address) => EmitResult;
  /** The last event taken. */
  readonly last: () => Mark;
  readonly observe: (listener: SignalListener) => () => void;
}

/**
 * Sends one marked event to one receiver, past its filter, and waits for its fate as long as an
 * attempt may take; answers what is known of that without the store, which keeps nothing of callbacks.
 *
 * @throws ConfigError when there is no such receiver, or the monitor takes no events.
 */
export const sendTestMessage = async (
  receiver: string,
  { clock, receivers, say, emit, last, observe }: TestMessageHost,
): Promise<Delivery> => {
  const { pipeline } = receivers.find(receiver);
  const taken = emit(
    {
      event_type: "service_status",
      message: say.test(receiver),
      details: { test: true },
    },
    { only: receiver, except: null },
  );
  if (!taken.ok) throw new ConfigError("receiver", taken.problem);
  pipeline.sendUpTo(last());
  const { id } = taken.event;
  let seen: Delivery = {
    event_id: id,
    receiver,
    state: "pending",
    reason: null,
    attempts: 0,
    batch_id: null,
    taken_at: isoTime(clock.now()),
    next_at: null,
    settled_at: null,
    reference: null,
    last_error: null,
  };
  let stop = () => {};
  const settled = new Promise<void>((resolve) => {
    stop = observe((signal) => {
      if (signal.kind !== "settled" || signal.event_id !== id || signal.receiver !== receiver)
        return;
      const { fate: state, reason } = signal;
      if (state === "filtered") return; // no filter is asked
      const { lastError } = pipeline.ledger;
      const last_error = state === "dead" && lastError ? failureOf(lastError) : null;
      const attempts = state === "delivered" || state === "dead" ? 1 : 0;
      seen = { ...seen, state, reason, attempts, settled_at: isoTime(clock.now()), last_error };
      resolve();
    });
  });
  await within(settled, pipeline.settings.timeoutMs + graceMs, clock);
  stop();
  return seen;
};

const failureOf = ({ code, message }: DeliveryFailure): DeliveryFailure => ({ code, message });
