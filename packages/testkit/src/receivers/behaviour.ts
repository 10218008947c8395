import type { ServerResponse } from "node:http";

/** A request whose body has been read to its end. */
export interface ReceivedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request, or does not. True when the message was accepted. */
export type Behaviour = (request: ReceivedRequest, response: ServerResponse) => boolean;
