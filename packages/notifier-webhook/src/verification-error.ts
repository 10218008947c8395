/**
 * - `header-missing`: `webhook-id`, `webhook-timestamp` or `webhook-signature` is not there.
 * - `timestamp-invalid`: not whole seconds since the epoch.
 * - `timestamp-expired`, `timestamp-future`: beyond the tolerance. A replay, or clocks that differ.
 * - `signature-mismatch`: no signature fits: another secret, or the body is not the bytes that were sent.
 * - `body-unreadable`: signed, but not a JSON object or an array of them.
 */
export type WebhookVerificationErrorCode =
  | "header-missing"
  | "timestamp-invalid"
  | "timestamp-expired"
  | "timestamp-future"
  | "signature-mismatch"
  | "body-unreadable";

const brand = Symbol.for("@datasync-monitor/notifier-webhook/WebhookVerificationError");

/** A request that is not what it claims to be. Answer it with 400 or 401 and read nothing of it. */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
  readonly code: WebhookVerificationErrorCode;

  constructor(code: WebhookVerificationErrorCode, message: string) {
    super(message);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Like `instanceof`, but also true across two installed copies of this package. */
  static is(value: unknown): value is WebhookVerificationError {
    return value instanceof Error && brand in value;
  }
}
