import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { type Batch, DeliveryError, type Notifier } from "@datasync-monitor/core";

/** What a notifier author may get wrong. Each is one line of `pager()` gone astray. */
export type Flaw =
  | "sends twice"
  | "insists on a readable answer"
  | "throws plain errors"
  | "says success on 500"
  | "tries again by itself"
  | "tries again when refused"
  | "repeats the event in its errors"
  | "ignores the signal"
  | "breaks once aborted"
  | "drops the last event"
  | "turns the batch round"
  | "changes the batch"
  | "sets an environment variable"
  | "needs details.tables"
  | "leaks the URL"
  | "leaks the URL in the cause"
  | "leaks the token in base64"
  | "prints the URL"
  | "keeps its options in the open"
  | "sends to verify"
  | "verifies nothing"
  | "has a bad id"
  | "shares its end"
  | "never closes its connections"
  | "leaves a timer"
  | "cannot close unused"
  | "cannot close twice";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Call {
  readonly method: "POST" | "HEAD";
  readonly body: string;
  readonly signal: AbortSignal;
}

const ask = (url: string, agent: Agent, { method, body, signal }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, signal }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });

const connectionError = (error: unknown, signal: AbortSignal): DeliveryError => {
  if (signal.aborted) return new DeliveryError("ambiguous", "The send was called off.");
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ECONNREFUSED"
    ? new DeliveryError("unavailable", "The pager refused the connection.")
    : new DeliveryError("ambiguous", "The pager hung up without an answer.");
};

const statusError = ({ status, headers }: Answer): DeliveryError | undefined => {
  if (status < 300) return undefined;
  const said = `The pager answered ${status}.`;
  if (status === 429) {
    const retryAfterMs = Number(headers["retry-after"]) * 1000;
    return new DeliveryError("rate-limited", said, { retryAfterMs });
  }
  if (status >= 500) return new DeliveryError("unavailable", said);
  if (status === 401) return new DeliveryError("config", said);
  return new DeliveryError(status === 410 ? "endpoint" : "payload", said);
};

let everyoneClosed = false;

/** A notifier as a careful author writes it, or with one flaw. */
export const pager = (url: string, flaw?: Flaw): Notifier => {
  const has = (...flaws: readonly Flaw[]): boolean => flaw !== undefined && flaws.includes(flaw);
  const agent = new Agent({ keepAlive: true });
  let used = false;
  let closed = false;
  let broken = false;

  const spoil = (error: DeliveryError, batch: Batch): unknown => {
    const told = (message: string, cause?: unknown) =>
      new DeliveryError(error.code, message, { cause });
    if (has("throws plain errors")) return new Error(error.message);
    if (has("repeats the event in its errors")) return told(`not sent: ${batch[0].message}`);
    if (has("leaks the URL")) return told(`${error.message} ${url}`);
    if (has("leaks the URL in the cause")) {
      return told(error.message, new Error("deep", { cause: { config: { url: new URL(url) } } }));
    }
    if (has("leaks the token in base64")) {
      const token = Buffer.from(`user:${new URL(url).pathname}`).toString("base64");
      return told(`${error.message} authorization: ${token}`);
    }
    if (has("prints the URL")) console.error("could not send to %s", url);
    return error;
  };

  const call = async (method: Call["method"], body: string, signal: AbortSignal) => {
    if (signal.aborted && !has("ignores the signal")) {
      throw new DeliveryError("aborted", "The send was called off.");
    }
    const heard = has("ignores the signal") ? new AbortController().signal : signal;
    const answer = await ask(url, agent, { method, body, signal: heard }).catch((error) => {
      if (has("breaks once aborted") && signal.aborted) broken = true;
      throw connectionError(error, signal);
    });
    const error = statusError(answer);
    if (error !== undefined && !(has("says success on 500") && answer.status >= 500)) throw error;
    if (has("insists on a readable answer")) JSON.parse(answer.body);
  };

  const patiently = async (attempt: () => Promise<void>): Promise<void> => {
    try {
      await attempt();
    } catch (error) {
      if (has("tries again by itself")) return attempt();
      if (!has("tries again when refused")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 800));
      return attempt();
    }
  };

  const render = (batch: Batch): string => {
    if (has("needs details.tables") && !Array.isArray(batch[0].details.tables)) {
      throw new TypeError("details.tables is not iterable");
    }
    if (has("changes the batch")) Object.assign(batch[0], { message: "mine" });
    if (has("drops the last event")) return JSON.stringify(batch.slice(0, -1));
    return JSON.stringify(has("turns the batch round") ? batch.toReversed() : batch);
  };

  return {
    contract: 1,
    id: has("has a bad id") ? "My Pager" : "pager",
    maxBatchSize: 5,
    ...(has("keeps its options in the open") ? { options: { url } } : {}),
    async send(batch, { signal }) {
      used = true;
      if (has("sets an environment variable")) process.env.PAGER = String(Math.random());
      if (has("leaves a timer")) setInterval(() => {}, 60_000);
      if (broken || (everyoneClosed && has("shares its end")))
        throw new DeliveryError("unknown", "The pager is out of order.");
      try {
        await patiently(() => call("POST", render(batch), signal));
        if (has("sends twice")) await call("POST", render(batch), signal);
      } catch (error) {
        throw DeliveryError.is(error) ? spoil(error, batch) : error;
      }
    },
    async verify({ signal }) {
      if (has("verifies nothing")) return;
      const method = has("sends to verify") ? "POST" : "HEAD";
      await call(method, "", signal).catch((error) => {
        throw has("leaks the URL") ? new Error(url) : error;
      });
    },
    async close() {
      if (has("cannot close unused") && !used) throw new Error("not open");
      if (has("cannot close twice") && closed) throw new Error("closed already");
      closed = true;
      everyoneClosed = true;
      if (!has("never closes its connections")) agent.destroy();
    },
  };
};
