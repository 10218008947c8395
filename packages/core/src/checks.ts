import type { Clock } from "./clock.ts";
import { readFailure } from "./delivery/failure.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { DeliveryErrorCode } from "./errors.ts";
import type { Problem } from "./signals.ts";

/** What a receiver's own check of its destination and credentials found. */
export interface VerifyReport {
  readonly receiver: string;
  /** `unsupported`: the notifier has no `verify()`, as a callback has none; `sendTest()` still works. */
  readonly status: "ok" | "failed" | "unsupported";
  readonly code: DeliveryErrorCode | null;
  readonly message: string | null;
  readonly duration_seconds: number;
}

/** Runs one receiver's `verify()` within the time an attempt may take. Never rejects. */
export const verifyReceiver = async (
  { name, pipeline: { notifier, settings } }: Receiver,
  clock: Clock,
  report: (problem: Problem) => void,
): Promise<VerifyReport> => {
  const startedAt = clock.monotonic();
  const answer = (
    status: VerifyReport["status"],
    code: DeliveryErrorCode | null,
    message: string | null,
  ): VerifyReport => ({
    receiver: name,
    status,
    code,
    message,
    duration_seconds: (clock.monotonic() - startedAt) / 1_000,
  });
  if (notifier.verify === undefined) return answer("unsupported", null, null);
  const controller = new AbortController();
  const { signal } = controller;
  const timer = clock.setTimer(settings.timeoutMs, () =>
    controller.abort(new DOMException("The check took too long.", "TimeoutError")),
  );
  try {
    const tooLate = new Promise((resolve) => signal.addEventListener("abort", resolve));
    await Promise.race([notifier.verify({ signal }), tooLate]);
    return signal.aborted
      ? answer("failed", "unavailable", `no answer within ${settings.timeoutMs} ms`)
      : answer("ok", null, null);
  } catch (error) {
    const { code, message, cause } = readFailure(error, null, 1);
    report({ code: "verify-failed", receiver: name, message: `${code}: ${message}`, cause });
    return answer("failed", code, message);
  } finally {
    timer.cancel();
  }
};
