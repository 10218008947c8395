import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { DeliveryError } from "@datasync-monitor/core";
import type { Has } from "./flaws.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  readonly method: "POST" | "HEAD";
  readonly body: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

export const ask = (url: string, agent: Agent, { method, body, key, signal }: Call, has: Has) =>
  new Promise<Answer>((resolve, reject) => {
    const hung = new AbortController();
    const deaf = has("ignores the signal", "trusts an idle timeout");
    const outgoing = request(
      url,
      {
        agent: has("lets go of an answer that goes on") ? new Agent() : agent,
        method,
        headers: { "idempotency-key": key },
        signal: hung.signal,
      },
      (incoming) => {
        let text = "";
        if (has("hears no abort once the answer has begun")) forget();
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
        );
      },
    );
    const hangUp = (): void => {
      if (has("lets go of an answer that goes on")) reject(new Error("given up"));
      else hung.abort();
    };
    const forget = (): void => signal.removeEventListener("abort", hangUp);
    if (!deaf) signal.addEventListener("abort", hangUp);
    if (has("trusts an idle timeout")) {
      outgoing.setTimeout(900, () => outgoing.destroy(new Error("idle")));
    }
    outgoing.on("error", reject);
    outgoing.on("close", forget);
    outgoing.end(body);
  });

export const connectionError = (error: unknown, signal: AbortSignal): DeliveryError => {
  if (signal.aborted) return new DeliveryError("ambiguous", "The send was called off.");
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ECONNREFUSED"
    ? new DeliveryError("unavailable", "The pager refused the connection.")
    : new DeliveryError("ambiguous", "The pager hung up without an answer.");
};

export const statusError = ({ status, headers }: Answer): DeliveryError | undefined => {
  if (status < 300) return undefined;
  const said = `The pager answered ${status}.`;
  const retryAfterMs = Number(headers["retry-after"]) * 1000;
  if (status === 429) return new DeliveryError("rate-limited", said, { retryAfterMs });
  if (status >= 500) return new DeliveryError("unavailable", said, { retryAfterMs });
  if (status === 401 || status < 400) return new DeliveryError("config", said);
  return new DeliveryError(status === 410 ? "endpoint" : "payload", said);
};
