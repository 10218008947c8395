import type { SignalListener } from "./announcer.ts";
import type { EventInput } from "./event-input.ts";
import type { Address } from "./intake.ts";
import type { Sentences } from "./sentences.ts";

/** Turns a breaker that opens or closes into one `service_status` to every other receiver; failed probes tell nothing new. */
export const selfReport = (
  emit: (input: EventInput, address: Address) => unknown,
  say: Sentences,
): SignalListener => {
  const probing = new Set<string>();
  return (signal) => {
    if (signal.kind !== "breaker") return;
    const { receiver, state, reason } = signal;
    if (state === "half-open") {
      probing.add(receiver);
      return;
    }
    const open = state === "open";
    if (probing.delete(receiver) && open) return;
    emit(
      {
        event_type: "service_status",
        level: open ? "error" : "info",
        message: open ? say.unreachable(receiver, reason) : say.reachable(receiver),
        details: { receiver, breaker: state, reason },
      },
      { only: null, except: receiver },
    );
  };
};
