import { expect, it } from "vitest";
import { serverOption } from "../src/server.ts";
import { connectionOptions } from "../src/transport.ts";

it("gives a server the time of RFC 5321 §4.5.3.2 for its greeting and its answers: a deadline is the receiver's", () => {
  const server = serverOption("email()", {
    url: "smtp://localhost:25",
    from: "a@b.c",
    to: "d@e.f",
  });
  expect(connectionOptions(server)).toMatchObject({
    greetingTimeout: 300_000,
    socketTimeout: 600_000,
  });
});
