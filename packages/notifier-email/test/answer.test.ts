import { createMonitor } from "@datasync-monitor/core";
import { fakeClock, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { deliveryError } from "../src/failure.ts";
import type { Script } from "./support/scripted-smtp.ts";
import {
  cleanUp,
  codeUnder,
  failureWhenReused,
  notifierAt,
  notifierFor,
  rejection,
  scripted,
  sendOne,
  standIn,
} from "./support/workbench.ts";

cleanUp();

const login = { user: "datasync", password: "correct-horse" };
const auth = ["AUTH PLAIN"];

describe("an answer of the server", () => {
  const table: readonly [name: string, script: Script, code: string][] = [
    ["RCPT 550 for all is the endpoint's", { rcpt: () => "550 5.1.1 who?" }, "endpoint"],
    ["RCPT 450 for all is passing", { rcpt: () => "450 4.2.0 greylisted" }, "unavailable"],
    [
      "RCPT 554 5.7.1, relay access denied, is ours to mend",
      { rcpt: () => "554 5.7.1 Relay access denied" },
      "config",
    ],
    [
      "RCPT 530, log in first, is ours to mend",
      { rcpt: () => "530 5.7.0 Authentication required" },
      "config",
    ],
    [
      "RCPT 530 without an enhanced status is ours to mend",
      { rcpt: () => "530 Authentication required" },
      "config",
    ],
    [
      "MAIL 354, an answer without sense before any mail, is passing",
      { mail: "354 go on" },
      "unavailable",
    ],
    ["MAIL 421 is passing", { mail: "421 4.3.2 shutting down" }, "unavailable"],
    ["MAIL 451 is passing", { mail: "451 4.3.0 disk trouble" }, "unavailable"],
    [
      "MAIL 421 4.7.0, too many, is a rate limit",
      { mail: "421 4.7.0 Try again later" },
      "rate-limited",
    ],
    ["MAIL 454 is a rate limit", { mail: "454 4.3.0 slow down" }, "rate-limited"],
    ["RCPT 421 is passing", { rcpt: () => "421 4.3.2 shutting down" }, "unavailable"],
    [
      "RCPT 421 4.7.0 ends the session, so it is a rate limit and not the recipient's",
      { rcpt: () => "421 4.7.0 Try again later" },
      "rate-limited",
    ],
    ["RCPT 451 4.7.1 is passing", { rcpt: () => "451 4.7.1 greylisted" }, "unavailable"],
    ["DATA 421 4.7.0 is a rate limit", { data: "421 4.7.0 Try again later" }, "rate-limited"],
    ["DATA 451 is passing", { data: "451 4.3.0 disk trouble" }, "unavailable"],
    [
      "421 4.7.0 after the mail is a rate limit",
      { content: "421 4.7.0 Try again later" },
      "rate-limited",
    ],
    ["MAIL 550, the sender is refused, is ours to mend", { mail: "550 5.7.1 not you" }, "config"],
    ["MAIL 552 is about this mail's size", { mail: "552 5.3.4 too big" }, "payload"],
    ["DATA 452 is passing", { data: "452 4.3.1 out of space" }, "unavailable"],
    ["DATA 421 is passing", { data: "421 4.3.2 shutting down" }, "unavailable"],
    [
      "DATA 454, Amazon's throttling, is a rate limit",
      { data: "454 Throttling failure: Maximum sending rate exceeded" },
      "rate-limited",
    ],
    ["DATA 552 is about this mail", { content: "552 5.3.4 too big" }, "payload"],
    ["DATA 554 is about this mail", { content: "554 5.6.0 looks odd" }, "payload"],
    [
      "550 5.7.60 after the mail, the login may not send as `from`, is ours to mend",
      { content: "550 5.7.60 SMTP; Client does not have permissions to send as this sender" },
      "config",
    ],
    [
      "554 5.2.252 after the mail, the same of late, is ours to mend",
      { content: "554 5.2.252 SendAsDenied; a@example.com not allowed to send as b@example.com" },
      "config",
    ],
    [
      "550 5.7.26 after the mail, a sender that proves nothing, is ours to mend",
      { content: "550-5.7.26 This mail has been blocked\r\n550 5.7.26 SPF did not pass" },
      "config",
    ],
    [
      "550 5.1.1 after the mail is about an address, not about this mail",
      { content: "550 5.1.1 who?" },
      "config",
    ],
    [
      "552 5.2.3 after the mail is about this mail's length",
      { content: "552 5.2.3 too long" },
      "payload",
    ],
    [
      "550 5.7.1 after the mail, a filter's word, is about this mail",
      { content: "550 5.7.1 looks like spam" },
      "payload",
    ],
    [
      "550 5.4.5 after the mail, Gmail's daily limit, is a rate limit",
      { content: "550-5.4.5 Daily user sending limit exceeded.\r\n550 5.4.5 see the limits" },
      "rate-limited",
    ],
    [
      "DATA 550 5.4.5 is a rate limit",
      { data: "550 5.4.5 Daily user sending quota exceeded" },
      "rate-limited",
    ],
    [
      "MAIL 550 5.4.5 is a rate limit",
      { mail: "550 5.4.5 Daily user sending quota exceeded" },
      "rate-limited",
    ],
    ["451 after the mail is passing", { content: "451 4.3.0 try later" }, "unavailable"],
    ["421 after the mail is passing", { content: "421 4.3.2 shutting down" }, "unavailable"],
    [
      "503 is passing: another connection may do better",
      { mail: "503 5.5.1 bad sequence" },
      "unavailable",
    ],
    ["an answer without sense after the mail leaves it open", { content: "zzz ???" }, "ambiguous"],
    ["a 354 after the mail leaves it open", { content: "354 go on" }, "ambiguous"],
    ["greeting 554 is ours to mend", { greeting: "554 5.7.1 you are on a list" }, "config"],
    ["greeting 421 is passing", { greeting: "421 4.3.2 busy" }, "unavailable"],
    [
      "greeting 421 4.7.0 is a rate limit",
      { greeting: "421 4.7.0 too many connections" },
      "rate-limited",
    ],
  ];
  it.each(table)("%s", async (_name, script, code) => {
    expect(await codeUnder(script)).toBe(code);
  });
  it.each(table.filter(([, { greeting }]) => greeting === undefined))(
    "%s, with PIPELINING",
    async (_name, script, code) => {
      expect(await codeUnder({ ...script, extensions: ["PIPELINING"] })).toBe(code);
    },
  );
  it.each(table.filter(([, { greeting }]) => greeting === undefined))(
    "%s, on a connection that has served before",
    async (_name, script, code) => {
      for (const extensions of [[], ["PIPELINING"]]) {
        const fresh = await rejection(
          sendOne(notifierAt(await scripted({ ...script, extensions }))),
        );
        const reused = await failureWhenReused({ ...script, extensions });
        expect(reused).toMatchObject({ code, message: fresh.message });
      }
    },
  );

  it("says rate-limited when the next mail over one connection meets 421, and sends it when asked again", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    await sendOne(notifier);
    await server.meet("rate-limited", { times: 1 });
    const error = await rejection(sendOne(notifier));
    expect(error).toMatchObject({
      code: "rate-limited",
      message: "The mail server asks us to slow down (421 4.7.0).",
    });
    expect([server.attempts(), server.connections()]).toEqual([2, 1]);
    await sendOne(notifier, sendContext({ attempt: 2 }));
    expect(server.mails()).toHaveLength(2);
  });

  it("trap 55: a login that is refused (535) is ours to mend, and not tried again soon, lest the account be locked", async () => {
    const server = await scripted({ extensions: auth, auth: "535 5.7.8 no" });
    const error = await rejection(sendOne(notifierAt(server, login)));
    expect(error).toMatchObject({ code: "config", retryAfterMs: 300_000 });
    expect(server.commands().filter((line) => line.startsWith("AUTH"))).toHaveLength(1);
  });

  it("trap 55: in a monitor nobody logs in for five minutes after a refused login, whatever is emitted", async () => {
    const server = await scripted({ extensions: auth, auth: "535 5.7.8 no" });
    const logins = () => server.commands().filter((line) => line.startsWith("AUTH")).length;
    const clock = fakeClock();
    const monitor = createMonitor({ clock, onProblem: () => {} });
    monitor.registerNotifier(notifierAt(server, login));
    const refused = () => monitor.stats().receivers[0]?.attempts.config;
    monitor.emitEvent({ event_type: "sync_failure", message: "no answer" });
    await expect.poll(refused).toBe(1);
    for (let minute = 0; minute < 4; minute += 1) {
      monitor.emitEvent({ event_type: "sync_failure", message: "no answer" });
      await clock.advance(60_000);
    }
    expect([logins(), monitor.stats().receivers[0]?.in_flight]).toEqual([1, 0]);
    await clock.advance(60_000);
    await expect.poll(logins).toBe(2);
    await expect.poll(refused).toBe(2);
    await monitor.close({ deadlineMs: 0 });
  });

  it("trap 55: a login that is put off (454, 421) is passing", async () => {
    expect(await codeUnder({ extensions: auth, auth: "454 4.7.0 later" }, login)).toBe(
      "unavailable",
    );
    expect(await codeUnder({ extensions: auth, auth: "421 4.3.2 later" }, login)).toBe(
      "unavailable",
    );
  });

  it("says that STARTTLS put off (454) is passing, not that we are to slow down", async () => {
    const script = { extensions: ["STARTTLS"], starttls: "454 4.7.0 TLS not available" };
    expect(await codeUnder(script, { requireTls: true })).toBe("unavailable");
  });

  it("waits a quarter of an hour at a daily limit, which the next second does not end", async () => {
    const server = await scripted({ content: "550 5.4.5 Daily user sending limit exceeded" });
    expect(await rejection(sendOne(notifierAt(server)))).toMatchObject({ retryAfterMs: 900_000 });
  });

  describe("a bare 554 after the mail", () => {
    const told = (host: string, response: string) =>
      deliveryError(
        { code: "EMESSAGE", command: "DATA", responseCode: 554, response, permanent: true },
        { host, contentSent: true, closed: false, signal: new AbortController().signal },
      );
    const unverified = "554 Message rejected: Email address is not verified: ops@example.com";

    it.each([
      "email-smtp.eu-west-1.amazonaws.com",
      "email-smtp-fips.us-gov-west-1.amazonaws.com",
      "vpce-0a1b.email-smtp.us-east-1.vpce.amazonaws.com",
      "EMAIL-SMTP.cn-north-1.amazonaws.com.cn",
    ])("of %s is about the account, which a human must mend", (host) => {
      expect(told(host, unverified)).toMatchObject({
        code: "config",
        message: expect.stringContaining("verified in this region"),
      });
      expect(told(host, unverified).message).not.toContain("ops@example.com");
    });

    it.each([
      "smtp.example.com",
      "ec2-1-2-3-4.compute-1.amazonaws.com",
      "email-smtp.eu-west-1.amazonaws.com.example.com",
      "email-smtp.example.com",
    ])("of %s is about this mail", (host) => {
      expect(told(host, unverified).code).toBe("payload");
    });

    it("is about this mail where Amazon says what is wrong with it", () => {
      expect(told("email-smtp.eu-west-1.amazonaws.com", "554 5.6.0 no").code).toBe("payload");
    });
  });

  it("leaves it open when TLS breaks after the mail: the server may have it", () => {
    const error = deliveryError(
      { code: "ESOCKET", originalCode: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC" },
      {
        host: "smtp.example.com",
        contentSent: true,
        closed: false,
        signal: new AbortController().signal,
      },
    );
    expect(error.code).toBe("ambiguous");
  });

  it("tells the reply code and its enhanced status, and none of the server's own words", async () => {
    const server = await scripted({
      content: "554 5.6.0 I did not like: secret words of the mail",
    });
    const error = await rejection(sendOne(notifierAt(server)));
    expect(error.message).toBe("The mail server refuses this mail (554 5.6.0).");
    expect(error.cause).toBeUndefined();
  });

  it("tells an enhanced status whole or not at all", async () => {
    const server = await scripted({ content: "554 5.6.1234 what is that" });
    const error = await rejection(sendOne(notifierAt(server)));
    expect(error.message).toBe("The mail server refuses this mail (554).");
  });
});
