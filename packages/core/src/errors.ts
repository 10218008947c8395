/** The JSON values: what an event, a `resume` and a stored row are made of. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Why a delivery did not happen. What the pipeline does about each:
 *
 * - `unavailable`: not sent, or refused for now (connect error, 5xx, 408, 425). Tried again.
 * - `ambiguous`: sent, and no answer came; it may have arrived. Tried again with the same key.
 * - `rate-limited`: the whole destination pauses; burns no attempt.
 * - `payload`: this message will never be accepted. Culprits die, or the batch is bisected.
 * - `endpoint`: gone, revoked, disabled. Reported at once. The breaker opens; one probe a cooldown.
 * - `config`: credentials, signature, TLS: a human must act. As `endpoint`.
 * - `aborted`: our own signal, as the monitor closes. A durable store keeps the events pending.
 * - `unknown`: anything else thrown. Tried again until the attempts are spent.
 */
export type DeliveryErrorCode =
  | "unavailable"
  | "ambiguous"
  | "rate-limited"
  | "payload"
  | "endpoint"
  | "config"
  | "aborted"
  | "unknown";

export interface DeliveryErrorOptions {
  /**
   * How long the destination asked us to wait, or is to be left alone. With `rate-limited`, `endpoint` and `config` it holds for
   * the whole destination, else for this batch. Finite and not negative; anything else is ignored.
   */
  readonly retryAfterMs?: number | undefined;
  /**
   * What the next attempt at this batch needs to know: recipients already served, a simpler format.
   * At most 2 kB as JSON, stored with the delivery, so no secret.
   */
  readonly resume?: JsonValue | undefined;
  /** With `payload`: the indexes in the batch that the destination refuses. Without it the batch is bisected. */
  readonly rejected?: readonly number[] | undefined;
  /** The raw failure. It reaches `onProblem` alone. */
  readonly cause?: unknown;
}

const deliveryBrand = Symbol.for("@datasync-monitor/core/DeliveryError");
const configBrand = Symbol.for("@datasync-monitor/core/ConfigError");

const hasBrand = (value: unknown, brand: symbol): boolean => {
  try {
    return value instanceof Error && brand in value;
  } catch {
    return false; // a proxy with a throwing trap
  }
};

/**
 * A delivery that did not happen, and why.
 *
 * The `message` reaches logs, status answers and stores: never put a token, a URL or an event's
 * text in it. Keep the raw failure in `cause`.
 */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly code: DeliveryErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly resume: JsonValue | undefined;
  readonly rejected: readonly number[] | undefined;

  constructor(code: DeliveryErrorCode, message: string, options: DeliveryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const wait = options.retryAfterMs;
    this.code = code;
    this.retryAfterMs = wait !== undefined && Number.isFinite(wait) && wait >= 0 ? wait : undefined;
    this.resume = options.resume;
    this.rejected = options.rejected;
    Object.defineProperty(this, deliveryBrand, { value: true });
  }

  /** Like `instanceof`, but also true across two installed copies of core. */
  static is(value: unknown): value is DeliveryError {
    return hasBrand(value, deliveryBrand);
  }
}

/** An option that is missing or wrong, thrown when a factory runs. Names the option; never repeats a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The option at fault, as the user spells it: `"webhookUrl"`, `"batch.maxSize"`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
    Object.defineProperty(this, configBrand, { value: true });
  }

  /** Like `instanceof`, but also true across two installed copies of core. */
  static is(value: unknown): value is ConfigError {
    return hasBrand(value, configBrand);
  }
}
