import { DeliveryError, defineNotifier, type Notifier } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { conformanceCases, httpHarness, runCase } from "../src/index.ts";

const caseOf = (id: string) => {
  const found = conformanceCases.find((one) => one.id === id);
  return found ?? expect.unreachable(`no case ${id}`);
};

/** Logs in for each message, and tells whoever listens what it was given. */
const talkative = (url: string, token: string, says: (session: string) => void): Notifier =>
  defineNotifier({
    id: "talkative",
    async send([event], { signal }) {
      const ask = (path: string, body: string, authorization: string) =>
        fetch(new URL(path, url), { method: "POST", body, signal, headers: { authorization } });
      const login = await ask("/sessions", token, "none");
      const { session } = JSON.parse(await login.text());
      says(session);
      const answer = await ask(url, event.message, session);
      if (!answer.ok) throw new DeliveryError("unavailable", `refused for ${session}`);
    },
  });

const harness = (says: (session: string) => void = () => {}) =>
  httpHarness({
    notifier: ({ url, canary }) => talkative(url, canary("token"), says),
    routes: (canary) => ({
      "/sessions": ({ body }) =>
        body === canary("token")
          ? JSON.stringify({ session: canary("session") })
          : { status: 401, body: "{}" },
    }),
  });

describe("httpHarness with routes", () => {
  it("holds a notifier that logs in first to one message a send", async () => {
    await expect(runCase(caseOf("accept/once"), harness())).resolves.toBeUndefined();
    await expect(runCase(caseOf("once/unavailable"), harness())).resolves.toBeUndefined();
  });

  it("looks for what a route gave out where no secret may be", async () => {
    const sessions: string[] = [];
    await expect(
      runCase(
        caseOf("secret/rejections"),
        harness((session) => sessions.push(session)),
      ),
    ).rejects.toThrow("shows a secret");
    expect(sessions.length).toBeGreaterThan(0);
  });

  it("counts what is said to a route as said to its destination", async () => {
    const logins: string[] = [];
    const gossip = httpHarness({
      notifier: ({ url, canary }) => {
        logins.push(canary("token"));
        return talkative(url, logins.join(" "), () => {});
      },
      routes: () => ({ "/sessions": () => '{"session":"a"}' }),
    });
    await expect(runCase(caseOf("secret/other-receiver"), gossip)).rejects.toThrow(
      "holds the secret of another's",
    );
  });
});
