import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { good, key } from "../../../../test-support/certificates.ts";

/** A reply line, silence, or a connection that is cut. */
export type Reply = string | "hang" | "drop";

/** What is said at each stage; what is left out goes well. */
export interface Script {
  readonly greeting?: Reply;
  /** Beyond the name: `["PIPELINING", "STARTTLS", "AUTH PLAIN"]`. */
  readonly extensions?: readonly string[];
  readonly starttls?: Reply;
  readonly auth?: Reply;
  readonly mail?: Reply;
  readonly rcpt?: (address: string) => Reply;
  readonly data?: Reply;
  /** After the mail itself. */
  readonly content?: Reply;
  /** TLS from the first byte. */
  readonly secure?: boolean;
  /** Keeps its side of a connection open when the caller has ended theirs. */
  readonly clings?: boolean;
  /** Default: the one for this machine. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

export interface ScriptedSmtp {
  readonly port: number;
  /** Changes what the next commands meet. */
  say(script: Script): void;
  /** Says this on every open connection, for what hangs. */
  answer(line: string): void;
  /** Ends every open connection, politely or by a reset. */
  hangUp(how: "end" | "reset"): void;
  /** Every line that was not mail content, oldest first. */
  commands(): readonly string[];
  connections(): number;
  /** Sockets still open. */
  open(): number;
  close(): Promise<void>;
}

/** Speaks just enough SMTP to fail at any stage, in ways that a proper server will not. */
export const scriptedSmtp = async (first: Script = {}): Promise<ScriptedSmtp> => {
  const identity = first.identity ?? { cert: good, key };
  let script = first;
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let taken = 0;

  const converse = (raw: Socket): void => {
    let socket = raw;
    let pending = "";
    let inContent = false;

    const answer = (reply: Reply): void => {
      if (reply === "drop") raw.destroy();
      else if (reply !== "hang") socket.write(`${reply}\r\n`);
    };
    const listen = (): void => {
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => {
        pending += chunk.toString("utf8");
        for (let end = pending.indexOf("\r\n"); end >= 0; end = pending.indexOf("\r\n")) {
          const line = pending.slice(0, end);
          pending = pending.slice(end + 2);
          take(line);
        }
      });
    };
    const upgrade = (): void => {
      socket.removeAllListeners("data");
      socket = new TLSSocket(raw, { isServer: true, ...identity });
      listen();
    };
    const command = (verb: string, argument: string): Reply => {
      if (verb === "EHLO") {
        const names = ["local.test", ...(script.extensions ?? [])];
        const last = names.length - 1;
        return names.map((name, at) => `250${at === last ? " " : "-"}${name}`).join("\r\n");
      }
      if (verb === "STARTTLS") return script.starttls ?? "220 go";
      if (verb === "AUTH") return script.auth ?? "235 2.7.0 in";
      if (verb === "MAIL") return script.mail ?? "250 2.1.0 ok";
      if (verb === "RCPT") return script.rcpt?.(argument) ?? "250 2.1.5 ok";
      if (verb === "DATA") return script.data ?? "354 go";
      return verb === "QUIT" ? "221 bye" : "250 ok";
    };
    const take = (line: string): void => {
      if (inContent) {
        if (line !== ".") return;
        inContent = false;
        answer(script.content ?? "250 2.0.0 queued as 42");
        return;
      }
      lines.push(line);
      const [, verb = "", argument = ""] = /^(\w+)(?: .*?<([^>]*)>)?/.exec(line) ?? [];
      const reply = command(verb.toUpperCase(), argument);
      inContent = verb.toUpperCase() === "DATA" && reply.startsWith("354");
      answer(reply);
      if (reply === "220 go") upgrade();
      if (reply === "221 bye") raw.end();
    };
    listen();
    answer(script.greeting ?? "220 local.test ready");
  };

  const track = (socket: Socket): void => {
    taken += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  };
  const server: Server = first.secure
    ? createTlsServer(identity, converse).on("connection", track)
    : createServer({ allowHalfOpen: first.clings ?? false }, (socket) => {
        track(socket);
        converse(socket);
      });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    say: (next) => {
      script = next;
    },
    answer: (line) => {
      for (const socket of sockets) socket.write(`${line}\r\n`);
    },
    hangUp: (how) => {
      for (const socket of sockets) {
        if (how === "end") socket.end();
        else socket.resetAndDestroy();
      }
    },
    commands: () => [...lines],
    connections: () => taken,
    open: () => sockets.size,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
};
