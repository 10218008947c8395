import type { ReceivedRequest } from "./behaviour.ts";
import { answer, type Headers } from "./behaviours.ts";

/** What a route answers: a body with 200, or what differs from an empty 200. */
export type RouteAnswer =
  | string
  | {
      readonly status?: number | undefined;
      readonly body?: string | undefined;
      readonly headers?: Headers | undefined;
    };

/**
 * Requests beside the message, such as a login: a path without its query, and what is answered there.
 * They meet no condition but "refuse" and "silent", which hold for the port, and count as no attempt.
 */
export type Routes = Readonly<Record<string, (request: ReceivedRequest) => RouteAnswer>>;

export const routeOf = (routes: Routes, url = ""): Routes[string] | undefined =>
  Object.entries(routes).find(([path]) => path === url.replace(/\?.*/, ""))?.[1];

export const replyOf = (given: RouteAnswer) => {
  const { status = 200, body, headers } = typeof given === "string" ? { body: given } : given;
  return answer(status, body, headers);
};
