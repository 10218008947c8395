import { request } from "node:http";
import type { PrometheusNotifier } from "../../src/index.ts";
import { type Exposition, parseExposition } from "./exposition.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export const ask = (
  url: string,
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });

/** Serves the notifier on a free port, scrapes it once over HTTP, and reads what came. */
export const scrape = async (notifier: PrometheusNotifier): Promise<Exposition> => {
  const server = await notifier.serve({ port: 0 });
  try {
    const { status, body } = await ask(server.url);
    if (status !== 200) throw new Error(`the scrape was answered ${status}: ${body}`);
    return parseExposition(body);
  } finally {
    await server.close();
  }
};
