import { Agent } from "node:http";
import {
  type Batch,
  DeliveryError,
  type DeliveryErrorCode,
  EventType,
  type JsonObject,
  type JsonValue,
  type MonitorEvent,
  type Notifier,
  type SendContext,
} from "@datasync-monitor/core";
import type { Flaw, Has } from "./flaws.ts";
import { ask, type Call, connectionError, statusError } from "./pager-wire.ts";

const colours: Readonly<Record<string, string>> = {
  info: "blue",
  warning: "orange",
  error: "red",
  critical: "carmine",
};

/** What a careless author keeps outside the factory. */
let everyoneClosed = false;
let lastUrl = "";

/** A notifier as a careful author writes it, or with one flaw. */
export const pager = (url: string, flaw?: Flaw): Notifier => {
  const has: Has = (...flaws) => flaw !== undefined && flaws.includes(flaw);
  const agent = new Agent({ keepAlive: true });
  let used = false;
  let closed = false;
  let broken = false;
  let locale = "en";
  let forms = 0;
  let current: Batch | undefined;
  let backlog: Batch | undefined;
  let turn: Promise<void> = Promise.resolve();

  const resumeAfter = (code: DeliveryErrorCode): JsonValue | undefined => {
    forms += 1;
    if (has("finds ever new forms") && code === "payload") return { form: forms };
    return has("cannot read its own resume") ? { tried: 1 } : undefined;
  };

  const spoil = (error: DeliveryError, batch: Batch): unknown => {
    const told = (message: string, cause?: unknown) =>
      new DeliveryError(error.code, message, { cause, resume: resumeAfter(error.code) });
    if (has("hears no time to wait")) return told(error.message);
    if (has("throws plain errors")) return new Error(error.message);
    if (has("finds ever new forms", "cannot read its own resume")) return told(error.message);
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

  const call = async (request: Call): Promise<void> => {
    const { signal } = request;
    if (signal.aborted && !has("ignores the signal")) {
      throw new DeliveryError("aborted", "The send was called off.");
    }
    const fail = (error: unknown): never => {
      if (has("breaks once aborted") && signal.aborted) broken = true;
      throw connectionError(error, signal);
    };
    let answer = await ask(url, agent, request, has).catch(fail);
    if (has("follows redirects") && answer.status === 307) {
      answer = await ask(answer.headers.location ?? "", agent, request, has).catch(fail);
    }
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
      return patiently(attempt);
    }
  };

  const line = (event: MonitorEvent): JsonObject => {
    const known = Object.values<string>(EventType).includes(event.event_type);
    if (has("knows the guide's types alone") && !known) throw new TypeError();
    if (has("has no colour for critical") && event.level === "critical") throw new TypeError();
    const message = has("cuts by UTF-16 units") ? event.message.slice(0, 100) : event.message;
    const { service, details } = event;
    if (has("percent-encodes the message")) return { message: encodeURIComponent(message) };
    return { message, service, details, colour: colours[event.level] ?? "grey" };
  };

  const render = (batch: Batch): string => {
    if (has("needs details.tables") && !Array.isArray(batch[0].details.tables)) {
      throw new TypeError("details.tables is not iterable");
    }
    if (has("changes the batch")) Object.assign(batch[0], { message: "mine" });
    const lines = (has("turns the batch round") ? batch.toReversed() : batch).map(line);
    if (has("drops the last event")) lines.pop();
    if (has("takes less than it says")) lines.length = Math.min(lines.length, 9);
    const extra = {
      ...(has("adds the time of day") && { at: performance.now() }),
      ...(has("tells one receiver about the other") && { before: lastUrl }),
    };
    lastUrl = url;
    const text = JSON.stringify({ lines, ...extra });
    const named = has("knows one vendor's mentions") ? text : text.replaceAll("@", "@\u2060");
    return has("lets anybody alert the channel") ? named : named.replaceAll("<!", "&lt;!");
  };

  const keyOf = (batch: Batch, { idempotencyKey, attempt }: SendContext): string => {
    if (has("puts the message into a header")) return batch[0].message;
    if (has("has one key for all")) return "pager";
    if (has("names a batch by its first event")) return batch[0].id;
    return has("makes up a key for each attempt") ? `${idempotencyKey}-${attempt}` : idempotencyKey;
  };

  const deliver = async (batch: Batch, context: SendContext): Promise<void> => {
    const { signal } = context;
    const post = () =>
      call({ method: "POST", body: render(batch), key: keyOf(batch, context), signal });
    await patiently(post);
    if (has("sends twice")) await post();
  };

  return {
    contract: 1,
    id: has("has a bad id") ? "My Pager" : "pager",
    maxBatchSize: 10,
    ...(has("takes all destinations for one") ? { destinationKey: "pager" } : {}),
    ...(has("keeps its options in the open") ? { options: { url } } : {}),
    attach(host) {
      locale = host.locale;
    },
    async send(batch, context) {
      used = true;
      if (has("sets an environment variable")) process.env.PAGER = String(Math.random());
      if (has("leaves a timer")) setInterval(() => {}, 60_000);
      if (has("speaks no Chinese") && locale === "zh-CN") return;
      const stumbles = has("trusts any resume", "cannot read its own resume");
      if (stumbles && context.resume !== null) throw new TypeError("resume.served is not iterable");
      if (broken || (everyoneClosed && has("shares its end")))
        throw new DeliveryError("unknown", "The pager is out of order.");
      try {
        if (has("sends what failed once more") && backlog) await deliver(backlog, context);
        backlog = batch;
        current = batch;
        if (has("mixes what is under way at once")) await Promise.resolve();
        const shared = has("mixes what is under way at once") ? current : batch;
        const before = has("waits for its turn and hears nothing") ? turn : undefined;
        turn = Promise.resolve(before).then(() => deliver(shared, context));
        turn.catch(() => {});
        await turn;
        backlog = undefined;
      } catch (error) {
        throw DeliveryError.is(error) ? spoil(error, batch) : error;
      }
    },
    async verify({ signal }) {
      if (has("verifies nothing")) return;
      const method = has("sends to verify") ? "POST" : "HEAD";
      await call({ method, body: "", key: "", signal }).catch((error: unknown) => {
        throw has("leaks the URL") ? new Error(url) : error;
      });
    },
    async close() {
      if (has("cannot close unused") && !used) throw new Error("not open");
      if (has("cannot close twice") && closed) throw new Error("closed already");
      if (has("prints the URL as it closes")) console.log(`closing ${url}`);
      closed = true;
      everyoneClosed = true;
      if (!has("never closes its connections")) agent.destroy();
    },
  };
};
