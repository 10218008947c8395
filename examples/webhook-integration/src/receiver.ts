import type { IncomingMessage, ServerResponse } from "node:http";
import type { MonitorEvent } from "@datasync-monitor/core";
import { verifyWebhook, WebhookVerificationError } from "@datasync-monitor/notifier-webhook";

export interface WebhookReceiverOptions {
  /** `whsec_…`, as the sender has it; several while one is rotated. */
  readonly secret: string | readonly string[];
  /**
   * Gets each event once, as far as the memory reaches. The sender waits for it: what takes long belongs
   * into a queue of yours. When it rejects, the sender is told so, and the event comes again.
   */
  readonly handle: (event: MonitorEvent) => void | Promise<void>;
  /** Default `"/hook"`. */
  readonly path?: string | undefined;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How many event ids are remembered. Default 10,000. */
  readonly remember?: number | undefined;
  /** Told of an event that came before, and was dropped. */
  readonly onDuplicate?: ((event: MonitorEvent) => void) | undefined;
  /** Told of a request that was not taken, and why. */
  readonly onRefusal?: ((status: number, reason: unknown) => void) | undefined;
}

/** Does the work of each id once; remembers the ids that were used last. */
class OnceById {
  readonly #most: number;
  readonly #works = new Map<string, Promise<void>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False when the id came before. Then it waits for the first, and fails as the first does. */
  async run(id: string, work: () => void | Promise<void>): Promise<boolean> {
    const before = this.#works.get(id);
    const current = before ?? Promise.resolve().then(work);
    this.#remember(id, current);
    try {
      await current;
      return before === undefined;
    } catch (error) {
      if (this.#works.get(id) === current) this.#works.delete(id);
      throw error;
    }
  }

  /** A map keeps its order: the first is the one that was used longest ago. */
  #remember(id: string, work: Promise<void>): void {
    this.#works.delete(id);
    this.#works.set(id, work);
    if (this.#works.size <= this.#most) return;
    for (const oldest of this.#works.keys()) {
      this.#works.delete(oldest);
      return;
    }
  }
}

/**
 * The bytes as they came, since other bytes have another signature; else the status that says why not.
 *
 * What is too long is read to its end and forgotten: to cut the sender off would take the answer from it.
 */
const readBody = (request: IncomingMessage, most: number): Promise<Buffer | 400 | 413> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        resolve(413);
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => resolve(400)); // the sender left halfway
  });

/** The id is what duplicates are told by, and is kept: any text would let memory grow. */
const isTold = ({ id }: MonitorEvent): boolean => typeof id === "string" && id.length <= 128;

const statusOf = (error: unknown): number => {
  if (!WebhookVerificationError.is(error)) return 500;
  return error.code === "body-unreadable" ? 400 : 401;
};

/** A wrong secret is an error now, and not the fate of every request. */
const checkSecret = (secret: string | readonly string[]): void => {
  try {
    verifyWebhook({ headers: {}, body: "", secret });
  } catch (error) {
    if (!WebhookVerificationError.is(error)) throw error;
  }
};

/**
 * Takes the requests of `webhook()`: a listener for `createServer()` of node:http.
 *
 * 204 says that every event was handled; the sender sends again what gets no answer, a 500 or a 503.
 * OPTIONS is how `monitor.verify()` asks whether the secret is right: it is signed, and holds no event.
 *
 * @throws ConfigError when a secret is not `whsec_` and the base64 of 24 to 64 bytes.
 */
export const webhookReceiver = (options: WebhookReceiverOptions) => {
  const { secret, handle, path = "/hook", maxBodyBytes = 2 ** 20, remember = 10_000 } = options;
  checkSecret(secret);
  const once = new OnceById(remember);

  /** The status of the answer, and why it is no success. */
  const take = async (request: IncomingMessage): Promise<readonly [number, reason?: unknown]> => {
    const { method = "", url = "", headers } = request;
    if (url.split("?", 1)[0] !== path) return [404, "no such path"];
    if (method !== "POST" && method !== "OPTIONS") return [405, `no ${method} here`];
    const body = await readBody(request, maxBodyBytes);
    if (body === 413) return [body, `longer than ${maxBodyBytes} bytes`];
    if (body === 400) return [body, "the sender left halfway"];
    const events = verifyWebhook({ headers, body, secret });
    if (!events.every(isTold)) return [422, "an event without an id"];
    for (const event of events) {
      const isNew = await once.run(event.id, () => handle(event));
      if (!isNew) options.onDuplicate?.(event);
    }
    return [204];
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [status, reason] = await take(request).catch(
      (error: unknown) => [statusOf(error), error] as const,
    );
    if (status !== 204) options.onRefusal?.(status, reason);
    response.writeHead(status, status === 405 ? { allow: "POST, OPTIONS" } : {}).end();
  };
};
