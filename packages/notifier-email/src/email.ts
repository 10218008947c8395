import {
  type Batch,
  defineNotifier,
  type Notifier,
  type NotifierHost,
  type Receipt,
  type SendContext,
} from "@datasync-monitor/core";
import { deliveryError, isMailFailure, type MailFailure } from "./failure.ts";
import { type EmailOptions, readOptions } from "./options.ts";
import {
  count,
  deferral,
  outstanding,
  type Progress,
  progressFrom,
  reference,
  refusal,
  resumeOf,
  type Verdict,
} from "./recipients.ts";
import { renderMail } from "./render.ts";
import { messageId, threadId } from "./thread.ts";
import { openPool } from "./transport.ts";
import { verifyServer } from "./verify.ts";

const largestDigest = 100;

/**
 * Sends events by SMTP, several as one digest mail.
 *
 * A `send()` is one SMTP transaction over a pooled connection. It resolves when each recipient has
 * the mail or was refused for good while others were served (the receipt's `reference` names them);
 * when some were put off, it leaves in `resume` who was served, and the next attempt asks for the rest
 * alone.
 *
 * @throws ConfigError when an option is missing or wrong.
 */
export const email = (options: EmailOptions): Notifier => {
  const { server, from, to, subjectPrefix, connections, ...own } = readOptions("email()", options);
  const pool = openPool(server, connections);
  const underWay = new Set<Promise<unknown>>();
  let host: Pick<NotifierHost, "locale" | "timeZone" | "clock"> | undefined;
  let closing: Promise<void> | undefined;

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const entry = work.catch(() => undefined).finally(() => underWay.delete(entry));
    underWay.add(entry);
    return work;
  };

  /** One transaction: what the server made of each recipient still open, unless it never came to that. */
  const transact = async (
    batch: Batch,
    before: Progress,
    context: SendContext,
  ): Promise<Verdict> => {
    const { signal, idempotencyKey } = context;
    const locale = own.locale ?? host?.locale;
    const timeZone = own.timeZone ?? host?.timeZone;
    const mail = renderMail(batch, { subjectPrefix, locale, timeZone });
    const { passage, done } = pool.send(
      {
        ...mail,
        from,
        to,
        recipients: outstanding(to, before),
        messageId: messageId(idempotencyKey, from.address),
        thread: threadId(batch, from.address, timeZone ?? "UTC"),
        date: new Date(host?.clock.now() ?? Date.now()),
      },
      signal,
    );
    try {
      const { accepted, rejectedErrors = [], response } = await done;
      return { accepted, rejections: rejectedErrors, response };
    } catch (error) {
      const failure: MailFailure = isMailFailure(error) ? error : {};
      // A 421 ends the session, whichever recipient it answers.
      if (failure.rejectedErrors !== undefined && failure.responseCode !== 421)
        return { accepted: [], rejections: failure.rejectedErrors, response: "" };
      throw deliveryError(failure, {
        host: server.host,
        contentSent: passage.contentSent,
        signal,
        closed: closing !== undefined,
        resume: resumeOf(to, before),
      });
    }
  };

  const deliver = async (batch: Batch, context: SendContext): Promise<Receipt> => {
    const before = progressFrom(context.resume, to);
    const verdict = await transact(batch, before, context);
    const tally = count(to, before, verdict);
    if (tally.deferred.length > 0) throw deferral(to, tally);
    if (tally.served.size === 0) throw refusal(tally);
    return { reference: reference(to, verdict.response, tally) };
  };

  return defineNotifier({
    id: "email",
    maxBatchSize: largestDigest,
    attach: (monitor) => {
      host = monitor;
    },
    send: (batch, context) => tracked(deliver(batch, context)),
    verify: ({ signal }) => tracked(verifyServer(server, signal)),
    close: () => {
      closing ??= (async () => {
        pool.close();
        await Promise.all(underWay);
        pool.close({ force: true });
      })();
      return closing;
    },
  });
};
