import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { SMTPServer } from "smtp-server";
import { listen } from "./listener.ts";
import { parseMail, type ReceivedMail } from "./mail.ts";
import { type SmtpPlan, SmtpScript, type SmtpStage, type SmtpWord } from "./smtp-script.ts";
import type { StandIn } from "./stand-in.ts";

export interface SmtpStandInOptions {
  /** With `pass`: demands AUTH with exactly these. Without: AUTH is offered, and takes anything. */
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  /** There is no TLS here. */
  readonly secure?: false | undefined;
  /** Where "hang" hangs: instead of the greeting (default), or once the message has been read. */
  readonly hangAt?: "greeting" | "data" | undefined;
}

export interface SmtpReplyOptions {
  /** With "rcpt": for this address alone. */
  readonly recipient?: string | undefined;
  /** Default: all, until `meet("accept")`. */
  readonly times?: number | undefined;
}

export interface SmtpStandIn extends StandIn {
  readonly host: string;
  readonly port: number;
  /** The mails that were accepted, oldest first. */
  mails(): readonly ReceivedMail[];
  /** Connections taken so far. */
  connections(): number;
  /** Answers a stage with this code, whatever the condition says. A code below 400 takes that back. */
  reply(stage: SmtpStage, code: number, options?: SmtpReplyOptions): void;
}

type Callback = (error?: Error | null) => void;

const read = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const urlOf = ({ user, pass }: SmtpStandInOptions, port: number): string => {
  const url = new URL(`smtp://127.0.0.1:${port}`);
  if (user !== undefined) url.username = user;
  if (pass !== undefined) url.password = pass;
  return url.href;
};

/** What a server may do instead of a reply. 2yz is a greeting and a yes alike, to a caller that reads its first digit. */
const wordless: Readonly<Record<Extract<SmtpWord, string>, (socket: Socket) => void>> = {
  hang: () => {},
  reset: (socket) => socket.resetAndDestroy(),
  half: (socket) => socket.write("220 half an ans"),
  drip(socket) {
    const timer = setInterval(() => socket.write("220-and so on\r\n"), 20);
    socket.once("close", () => clearInterval(timer));
  },
};

/**
 * A real SMTP server that accepts mail, or refuses it at the stage of your choice. Without TLS.
 *
 * Conditions: rate-limited 421 at MAIL · unavailable 451 at MAIL · payload 552 after DATA · endpoint 550 at
 * RCPT · config 535 at AUTH (530 at MAIL in a session that is logged in) · reset after DATA · hang and
 * silent: no greeting · half-headers: half a greeting · half-body: half a reply after DATA · drip: a greeting
 * without an end · garble: 250 with odd text. SMTP knows no "redirect". A connection or a login that is
 * refused counts as an attempt.
 */
export const smtpStandIn = async (options: SmtpStandInOptions = {}): Promise<SmtpStandIn> => {
  const script = new SmtpScript(options.hangAt ?? "greeting");
  const mails: ReceivedMail[] = [];
  const sockets = new Map<number, Socket>();
  const transactions = new Map<number, SmtpPlan>();
  let attempts = 0;

  const say = (word: SmtpWord | undefined, port: number, callback: Callback): void => {
    const socket = sockets.get(port);
    if (word === undefined) callback();
    else if (typeof word === "object") {
      callback(Object.assign(new Error(word.text), { responseCode: word.code }));
    } else if (socket !== undefined) wordless[word](socket);
  };
  const planOf = (port: number): SmtpPlan => transactions.get(port) ?? {};
  const isKnown = (user?: string, pass?: string | null): boolean =>
    options.user === undefined || (user === options.user && pass === options.pass);

  const server = new SMTPServer({
    authOptional: options.user === undefined,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    socketTimeout: 24 * 3_600_000, // the only one who hangs up is told to
    logger: false,
    onConnect({ remotePort }, callback) {
      const word = script.before("connect");
      if (word !== undefined) attempts += 1;
      say(word, remotePort, callback);
    },
    onAuth({ username, password }, { remotePort }, callback) {
      const known = isKnown(username, password);
      const word = script.before("auth") ?? (known ? undefined : { code: 535, text: "5.7.8 No" });
      if (word === undefined) return callback(null, { user: username ?? "anyone" });
      attempts += 1;
      say(word, remotePort, callback);
    },
    onMailFrom(_address, { remotePort }, callback) {
      attempts += 1;
      transactions.set(remotePort, script.begin());
      say(script.within(planOf(remotePort), "mail"), remotePort, callback);
    },
    onRcptTo({ address }, { remotePort }, callback) {
      say(script.within(planOf(remotePort), "rcpt", address), remotePort, callback);
    },
    async onData(stream, { remotePort, envelope }, callback) {
      const raw = await read(stream).catch(() => undefined);
      if (raw === undefined) return; // the caller left halfway
      const word = script.within(planOf(remotePort), "data");
      if (word !== undefined) return say(word, remotePort, callback);
      const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
      const to = envelope.rcptTo.map(({ address }) => address);
      mails.push(await parseMail(from, to, raw));
      callback(null, planOf(remotePort).success);
    },
  });
  server.on("error", () => {}); // callers that reset their connection

  const take = (socket: Socket): void => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => {
      sockets.delete(port);
      transactions.delete(port);
    });
    server.server.emit("connection", socket);
  };
  const listener = await listen(take, { allowHalfOpen: false });

  return {
    url: urlOf(options, listener.port),
    host: "127.0.0.1",
    port: listener.port,
    async meet(condition, { times } = {}) {
      if (condition === "refuse") return listener.refuse();
      if (condition === "redirect") throw new Error("SMTP knows no redirect: name it in `cannot`.");
      script.meet(condition, times);
      await listener.open();
    },
    attempts: () => attempts,
    refusals: () => attempts - mails.length,
    mails: () => [...mails],
    connections: listener.connections,
    reply(stage, code, { recipient, times = Number.POSITIVE_INFINITY } = {}) {
      script.reply(stage, code, recipient, times);
    },
    close: listener.close,
  };
};
