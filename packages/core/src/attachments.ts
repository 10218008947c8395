import { checkId } from "./define-notifier.ts";
import { within } from "./delivery/wait.ts";
import { ConfigError } from "./errors.ts";
import type { Attachment, NotifierHost } from "./notifier.ts";
import type { Registration } from "./registration.ts";
import type { Problem } from "./signals.ts";
import { contain } from "./thenable.ts";

/** How long an attachment's `close()` may take before it is left behind; within the half second `close()` allows itself. */
const closingMs = 250;

export interface AttachmentsHost {
  readonly notifierHost: NotifierHost;
  report(problem: Problem): void;
}

/** What lives beside the receivers: attached, closed once, and never able to break anything. */
export class Attachments {
  readonly #host: AttachmentsHost;
  readonly #closers = new Set<() => Promise<void>>();
  #closed = false;

  constructor(host: AttachmentsHost) {
    this.#host = host;
  }

  add(attachment: Attachment): Registration {
    checkId("An attachment", attachment?.id);
    if (typeof attachment.attach !== "function")
      throw new ConfigError(
        "attach",
        `The attachment \`${attachment.id}\` needs an \`attach(host)\` method.`,
      );
    if (this.#closed)
      throw new ConfigError("attachment", "The monitor is closed: it takes no more attachments.");
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      this.#closers.delete(close);
      closing ??= this.#close(attachment);
      return closing;
    };
    this.#closers.add(close);
    this.#attempt(attachment, "attach", () => attachment.attach(this.#host.notifierHost));
    const unregister: Registration["unregister"] = async () => {
      await close();
      return { delivered: 0, dropped: 0, dead: 0, pending: 0, timed_out: false };
    };
    return { name: attachment.id, unregister, [Symbol.asyncDispose]: close };
  }

  /** Closes all, the latest first; each has been called when this returns. */
  closeAll(): Promise<unknown> {
    this.#closed = true;
    return Promise.all([...this.#closers].reverse().map((close) => close()));
  }

  #close(attachment: Attachment): Promise<void> {
    let ended: unknown;
    this.#attempt(attachment, "close", () => {
      ended = attachment.close?.();
      return ended;
    });
    return within(Promise.resolve(ended), closingMs, this.#host.notifierHost.clock);
  }

  #attempt({ id }: Attachment, step: "attach" | "close", call: () => unknown): void {
    const failed = (cause: unknown): void => {
      const message = `The ${step}() of the attachment \`${id}\` failed.`;
      this.#host.report({ code: `${step}-failed`, receiver: null, message, cause });
    };
    try {
      contain(call(), failed);
    } catch (cause) {
      failed(cause);
    }
  }
}
