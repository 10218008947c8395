import type { Readable } from "node:stream";
import { createTransport, type SMTPPoolOptions, type SMTPPoolSentMessageInfo } from "nodemailer";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Mailbox } from "./address.ts";
import type { Server } from "./server.ts";

/**
 * What every connection to the server is opened with. Whoever waits has a deadline, and ends the connection when it
 * comes. Until then a server has all the time that RFC 5321 §4.5.3.2 gives it: one that looks long at a mail, and is
 * left before it answers, delivers it each time.
 */
export const connectionOptions = (server: Server): SMTPConnection.Options => ({
  host: server.host,
  port: server.port,
  secure: server.secure,
  requireTLS: server.requireTls && !server.secure,
  connectionTimeout: 10_000,
  dnsTimeout: 10_000,
  greetingTimeout: 5 * 60_000,
  socketTimeout: 10 * 60_000,
  // At once: a polite end would still flush the rest of a mail that was given up.
  socketCloseTimeout: 0,
  maxResponseSize: 64 * 1024,
  // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch it off.
  tls: { rejectUnauthorized: true, ...(server.ca && { ca: [...server.ca] }) },
});

const poolOptions = (server: Server, connections: number): SMTPPoolOptions & { pool: true } => ({
  ...connectionOptions(server),
  ...(server.auth === undefined ? {} : { auth: server.auth }),
  pool: true,
  maxConnections: connections,
  // One send is one attempt: retrying belongs to the pipeline.
  maxRequeues: 0,
  // Kept for a burst only: an open socket holds the process, and servers drop idle ones unseen.
  idleTimeout: 5_000,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** A mail, ready to go. */
export interface Letter {
  readonly from: Mailbox;
  /** The header: always all of them. Who gets it this time is in `recipients`. */
  readonly to: readonly Mailbox[];
  readonly recipients: readonly string[];
  readonly messageId: string;
  /** The Message-ID, never sent, that mail programs gather a thread under. */
  readonly thread: string;
  readonly date: Date;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** How far one mail has come; asked when its attempt has failed. */
export interface Passage {
  /** A byte of the mail's content was handed to the socket. */
  readonly contentSent: boolean;
}

export interface Pool {
  /** One attempt. Rejects with what nodemailer rejects with. */
  send(
    letter: Letter,
    signal: AbortSignal,
  ): { readonly passage: Passage; readonly done: Promise<SMTPPoolSentMessageInfo> };
  /** Ends idle connections and fails what is queued; what is being sent goes on, unless `force`. */
  close(options?: { readonly force: boolean }): void;
}

/** nodemailer does not say how far a mail came. Its content is read once the server has asked for it (354), and not before. */
class Flight implements Passage {
  #content: Readable | undefined;

  watch(content: Readable): void {
    this.#content = content;
    // On a connection that has served before, the pool takes a 421 for the end of an idle session as long as this
    // says false: it requeues the mail, which `maxRequeues: 0` forbids, and what the server said is lost.
    Object.defineProperty(content, "readableDidRead", { value: true });
  }

  get contentSent(): boolean {
    // null until somebody reads.
    return this.#content !== undefined && this.#content.readableFlowing !== null;
  }
}

const headers = {
  "Auto-Submitted": "auto-generated", // RFC 3834: no robot answers a robot
  "X-Auto-Response-Suppress": "All", // the same for Exchange, MS-OXCMAIL §2.1.3.2.20
};

export const openPool = (server: Server, connections: number): Pool => {
  const flights = new WeakMap<object, Flight>();
  const transporter = createTransport(poolOptions(server, connections));
  transporter.use("stream", (mail, next) => {
    const flight = flights.get(mail.data.envelope ?? mail);
    mail.message?.processFunc((content) => {
      flight?.watch(content);
      return content;
    });
    next();
  });
  return {
    send({ from, to, recipients, messageId, thread, date, subject, text, html }, signal) {
      const passage = new Flight();
      const envelope = { from: from.address, to: [...recipients] };
      flights.set(envelope, passage);
      const done = transporter.sendMail({
        from: { ...from },
        to: to.map((mailbox) => ({ ...mailbox })),
        envelope,
        messageId,
        references: thread,
        inReplyTo: thread,
        date,
        subject,
        text,
        html,
        headers,
        signal,
      });
      return { passage, done };
    },
    close: (options) => transporter.close(options),
  };
};
