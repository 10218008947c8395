import { checkId } from "./define-notifier.ts";
import { within } from "./delivery/wait.ts";
import { ConfigError } from "./errors.ts";
import type { Attachment, NotifierHost } from "./notifier.ts";
import { nothingLeft, type Registration, registrationOf } from "./registration.ts";
import type { Problem } from "./signals.ts";
import { shield } from "./thenable.ts";

/** How long an attachment's `close()` may take before it is left behind; within the half second `close()` allows itself. */
const closingMs = 250;

export interface AttachmentsHost {
  readonly notifierHost: NotifierHost;
  report(problem: Problem): void;
}

/** What lives beside the receivers: attached, closed once, and never able to break anything. */
export class Attachments {
  readonly #host: AttachmentsHost;
  readonly #attached = new Set<Registration>();
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
    const registration = registrationOf(attachment.id, async () => {
      this.#attached.delete(registration);
      const closing = (async () => attachment.close?.())().catch(this.#failed(attachment, "close"));
      await within(closing, closingMs, this.#host.notifierHost.clock);
      return nothingLeft;
    });
    this.#attached.add(registration);
    shield(() => attachment.attach(this.#host.notifierHost), this.#failed(attachment, "attach"));
    return registration;
  }

  /** Closes all, the latest first; each has been called when this returns. */
  closeAll(): Promise<unknown> {
    this.#closed = true;
    return Promise.all([...this.#attached].reverse().map((one) => one.unregister()));
  }

  #failed({ id }: Attachment, step: "attach" | "close"): (cause: unknown) => void {
    const message = `The ${step}() of the attachment \`${id}\` failed.`;
    return (cause) => this.#host.report({ code: `${step}-failed`, receiver: null, message, cause });
  }
}
