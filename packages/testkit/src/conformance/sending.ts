import { type Batch, DeliveryError, type DeliveryErrorCode } from "@datasync-monitor/core";
import type { Condition, Harness, Rig } from "../harness.ts";
import { sampleBatch, sendContext } from "../samples.ts";
import { check, eventually, patienceMs, soonMs, within } from "./check.ts";

/** Conditions under which a send rejects by itself. */
export const failures = [
  "rate-limited",
  "unavailable",
  "payload",
  "endpoint",
  "config",
  "reset",
  "refuse",
] as const satisfies readonly Condition[];
export type Failure = (typeof failures)[number];

const defaultCodes: Readonly<Record<Failure, DeliveryErrorCode>> = {
  "rate-limited": "rate-limited",
  unavailable: "unavailable",
  payload: "payload",
  endpoint: "endpoint",
  config: "config",
  reset: "ambiguous",
  refuse: "unavailable",
};

export const expectedCode = (condition: Failure, harness: Harness): DeliveryErrorCode =>
  harness.codes?.[condition] ?? defaultCodes[condition];

export type Outcome =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly error: unknown };

/** What becomes of a promise, or of a call that throws before it gives one. */
export const outcomeOf = async (what: string, call: () => unknown): Promise<Outcome> => {
  const settled = (async () => call())().then(
    (): Outcome => ({ accepted: true }),
    (error: unknown): Outcome => ({ accepted: false, error }),
  );
  return within(patienceMs, what, settled);
};

/** One send as the pipeline makes it. A notifier that has not settled within 10 s breaks the case. */
export const send = async (
  rig: Rig,
  batch: Batch = sampleBatch(1),
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> =>
  outcomeOf("send()", () =>
    rig.notifier.send(batch, sendContext({ signal, idempotencyKey: batch[0].id })),
  );

/** A send that is called off once its request is out, where that can be seen. */
export const calledOff = async (rig: Rig): Promise<Outcome> => {
  const controller = new AbortController();
  const sending = send(rig, sampleBatch(1), controller.signal);
  await eventually(() => rig.attempts() > 0, 300);
  controller.abort();
  return within(soonMs, "send(), once its signal aborted,", sending);
};

export const closeNotifier = async (rig: Rig): Promise<void> =>
  within(patienceMs, "close()", rig.notifier.close?.());

const said = (error: unknown): string => {
  if (DeliveryError.is(error)) return `a DeliveryError of code "${error.code}"`;
  return error instanceof Error ? `${error.name}, which is no DeliveryError` : `a ${typeof error}`;
};

/** @throws unless the destination's acceptance was reported as such. */
export const checkAccepted = (outcome: Outcome, when: string, what = "send()"): void => {
  if (outcome.accepted) return;
  const reason = DeliveryError.is(outcome.error) ? `: ${outcome.error.message}` : "";
  throw new Error(
    `${what} must resolve ${when}, but it rejected with ${said(outcome.error)}${reason}`,
    { cause: outcome.error },
  );
};

/** @throws unless it is a rejection by a `DeliveryError` of one of these codes. */
export const checkRejected = (
  what: string,
  outcome: Outcome,
  codes: readonly DeliveryErrorCode[],
  when: string,
): void => {
  const wanted = codes.map((code) => `"${code}"`).join(" or ");
  check(!outcome.accepted, `${what} must reject ${when}, but it resolved.`);
  const { error } = outcome;
  if (DeliveryError.is(error) && codes.includes(error.code)) return;
  throw new Error(
    `${what} must reject with a DeliveryError of code ${wanted} ${when}, but it was ${said(error)}.`,
    { cause: error },
  );
};
