import { DeliveryError } from "../../../src/errors.ts";

/** How long nobody is to ask a destination that answered so, at least; undefined: it does not say. */
export const restOf = (error: unknown): number | undefined => {
  if (!DeliveryError.is(error)) return undefined;
  const { code, retryAfterMs } = error;
  if (code === "rate-limited") return retryAfterMs ?? 1_000;
  return code === "endpoint" || code === "config" ? retryAfterMs || undefined : undefined;
};
