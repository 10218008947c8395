import type { IncomingMessage, ServerResponse } from "node:http";
import { type Format, negotiate } from "./format.ts";

/** What a scrape is made of: the body, and the content type that goes with it. */
export interface Scrape {
  readonly body: string;
  readonly contentType: string;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const answer = (
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  { body, contentType }: Scrape,
): void => {
  if (response.headersSent) return; // by a middleware that would not wait: ours would throw where nobody catches
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    vary: "accept",
    "x-content-type-options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : body);
};

/** Answers in one line of plain text: all that a stranger is told of a mistake, theirs or ours. */
export const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void =>
  answer(request, response, status, {
    body: `${reason}\n`,
    contentType: "text/plain; charset=utf-8",
  });

/** Answers GET and HEAD with a scrape in the format that `Accept` asks for, whatever the path. */
export const scrapeHandler =
  (scrape: (format: Format) => Promise<Scrape>): RequestHandler =>
  (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      response.setHeader("connection", "close"); // a body may follow that nobody reads
      refuse(request, response, 405, "method not allowed");
      return;
    }
    scrape(negotiate(request.headers.accept)).then(
      (result) => answer(request, response, 200, result),
      () => refuse(request, response, 500, "the metrics could not be collected"),
    );
  };
