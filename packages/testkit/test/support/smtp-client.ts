import { once } from "node:events";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";

export interface SmtpClient {
  /** Sends a line (none: waits for the greeting) and answers the last line of the reply; `"closed"` when there is none. */
  say(line?: string): Promise<string>;
  end(): void;
}

/** The least of an SMTP client: one line, one reply. */
export const smtpClient = async (port: number): Promise<SmtpClient> => {
  const socket = createConnection(port, "127.0.0.1");
  const replies: string[] = [];
  const waiting: ((reply: string) => void)[] = [];
  const give = (reply: string): void => {
    const next = waiting.shift();
    if (next === undefined) replies.push(reply);
    else next(reply);
  };
  socket.on("error", () => {});
  socket.on("close", () => give("closed"));
  const lines = createInterface({ input: socket });
  lines.on("error", () => {}); // the socket's own; its close tells
  lines.on("line", (line) => {
    if (line[3] === " ") give(line);
  });
  await once(socket, "connect");
  return {
    say(line) {
      if (line !== undefined) socket.write(`${line}\r\n`);
      const ready = replies.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      return new Promise((resolve) => waiting.push(resolve));
    },
    end: () => socket.destroy(),
  };
};
