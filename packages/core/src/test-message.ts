import type { SignalListener } from "./announcer.ts";
import type { Clock } from "./clock.ts";
import type { Mark } from "./delivery/taken.ts";
import { within } from "./delivery/wait.ts";
import type { EmitResult } from "./emitter.ts";
import { ConfigError } from "./errors.ts";
import type { EventInput } from "./event-input.ts";
import type { Address } from "./intake.ts";
import type { Receivers } from "./receivers.ts";
import { graceMs } from "./receivers.ts";
import type { Sentences } from "./sentences.ts";

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
 * attempt may take; answers the event's id.
 *
 * @throws ConfigError when there is no such receiver, or the monitor takes no events.
 */
export const sendTestMessage = async (receiver: string, host: TestMessageHost): Promise<string> => {
  const { pipeline } = host.receivers.find(receiver);
  const taken = host.emit(
    {
      event_type: "service_status",
      message: host.say.test(receiver),
      details: { test: true },
    },
    { only: receiver, except: null },
  );
  if (!taken.ok) throw new ConfigError("receiver", taken.problem);
  pipeline.sendUpTo(host.last());
  const { id } = taken.event;
  let stop = () => {};
  const settled = new Promise<void>((resolve) => {
    stop = host.observe((signal) => {
      if (signal.kind === "settled" && signal.event_id === id && signal.receiver === receiver)
        resolve();
    });
  });
  await within(settled, pipeline.settings.timeoutMs + graceMs, host.clock);
  stop();
  return id;
};
