import { sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { elsewhere, local } from "./support/certificate.ts";
import type { Script } from "./support/scripted-smtp.ts";
import {
  cleanUp,
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

const codeUnder = async (script: Script, options = {}): Promise<string> => {
  const server = await scripted(script);
  const error = await rejection(sendOne(notifierAt(server, options)));
  return error.code;
};

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
    ["MAIL 421 is passing", { mail: "421 4.3.2 shutting down" }, "unavailable"],
    ["MAIL 451 is passing", { mail: "451 4.3.0 disk trouble" }, "unavailable"],
    [
      "MAIL 421 4.7.0, too many, is a rate limit",
      { mail: "421 4.7.0 Try again later" },
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

  it("trap 55: a login that is refused (535) is ours to mend, and not tried again soon, lest the account be locked", async () => {
    const server = await scripted({ extensions: auth, auth: "535 5.7.8 no" });
    const error = await rejection(sendOne(notifierAt(server, login)));
    expect(error).toMatchObject({ code: "config", retryAfterMs: 300_000 });
    expect(server.commands().filter((line) => line.startsWith("AUTH"))).toHaveLength(1);
  });

  it("trap 55: a login that is put off (454, 421) is passing", async () => {
    expect(await codeUnder({ extensions: auth, auth: "454 4.7.0 later" }, login)).toBe(
      "unavailable",
    );
    expect(await codeUnder({ extensions: auth, auth: "421 4.3.2 later" }, login)).toBe(
      "unavailable",
    );
  });

  it("tells the reply code and its enhanced status, and none of the server's own words", async () => {
    const server = await scripted({
      content: "554 5.6.0 I did not like: secret words of the mail",
    });
    const error = await rejection(sendOne(notifierAt(server)));
    expect(error.message).toBe("The mail server refuses this mail (554 5.6.0).");
    expect(error.cause).toBeUndefined();
  });
});

describe("no answer", () => {
  it("is passing when nobody listens", async () => {
    const server = await scripted();
    await server.close();
    const error = await rejection(sendOne(notifierAt(server)));
    expect(error).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("is passing when the host name is not found", async () => {
    const error = await rejection(sendOne(notifierFor({ host: "mail.does-not-exist.invalid" })));
    expect(error).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("host name"),
    });
  });

  it.each([
    ["before the greeting", { greeting: "drop" }],
    ["at MAIL", { mail: "drop" }],
    ["at RCPT", { rcpt: () => "drop" }],
    ["at DATA", { data: "drop" }],
  ] satisfies [string, Script][])(
    "is passing when the connection is cut %s",
    async (_when, script) => {
      expect(await codeUnder(script)).toBe("unavailable");
      expect(await codeUnder({ ...script, extensions: ["PIPELINING"] })).toBe("unavailable");
    },
  );

  it("is met by one connection: trying again is the pipeline's", async () => {
    for (const script of [{ greeting: "drop" }, { mail: "drop" }] as const) {
      const server = await scripted(script);
      await rejection(sendOne(notifierAt(server)));
      expect(server.connections()).toBe(1);
    }
  });

  it("leaves it open when the connection is cut after the mail", async () => {
    expect(await codeUnder({ content: "drop" })).toBe("ambiguous");
  });

  it("trap 56: leaves it open when the server hangs after the mail, and the next attempt has the same Message-ID", async () => {
    const server = await standIn({ hangAt: "data" });
    const notifier = notifierFor({ url: server.url });
    await server.meet("hang");
    const controller = new AbortController();
    const sending = rejection(sendOne(notifier, sendContext({ signal: controller.signal })));
    await expect.poll(server.attempts).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50)); // the content is on its way
    controller.abort(new DOMException("late", "TimeoutError"));
    expect(await sending).toMatchObject({ code: "ambiguous" });
    await server.meet("accept");
    await sendOne(notifier, sendContext({ attempt: 2 }));
    expect(server.mails()[0]?.headers["message-id"]).toBe(
      "<0198f560-8440-7000-8000-000000000001@example.com>",
    );
  });
});

describe("our own signal", () => {
  const abortedAt = async (script: Script, reason?: unknown): Promise<string> => {
    const server = await scripted(script);
    const controller = new AbortController();
    const sending = rejection(
      sendOne(notifierAt(server), sendContext({ signal: controller.signal })),
    );
    await expect.poll(server.connections).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 40));
    controller.abort(reason);
    const { code } = await sending;
    await expect.poll(server.open).toBe(0);
    return code;
  };

  it.each([
    ["before the greeting", { greeting: "hang" }],
    ["at MAIL", { mail: "hang" }],
    ["at DATA", { data: "hang" }],
    ["at DATA, pipelined", { data: "hang", extensions: ["PIPELINING"] }],
  ] satisfies [string, Script][])(
    "says aborted, and drops the connection, %s",
    async (_when, script) => {
      expect(await abortedAt(script)).toBe("aborted");
    },
  );

  it("says unavailable when the deadline comes before the mail was sent", async () => {
    expect(await abortedAt({ mail: "hang" }, new DOMException("late", "TimeoutError"))).toBe(
      "unavailable",
    );
  });

  it("says ambiguous once the mail was sent", async () => {
    expect(await abortedAt({ content: "hang" })).toBe("ambiguous");
  });

  it("lets go of the socket at once, though the server never ends its side", async () => {
    const held = () =>
      process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCPSocket")).length;
    const server = await scripted({ mail: "hang", clings: true });
    const controller = new AbortController();
    const sending = rejection(
      sendOne(notifierAt(server), sendContext({ signal: controller.signal })),
    );
    await expect.poll(() => server.commands().length).toBe(2);
    const before = held();
    controller.abort();
    await sending;
    await expect.poll(held).toBe(before - 1);
  });

  it("sends nothing when it has aborted already", async () => {
    const server = await scripted();
    const error = await rejection(
      sendOne(notifierAt(server), sendContext({ signal: AbortSignal.abort() })),
    );
    expect(error.code).toBe("aborted");
    expect(server.connections()).toBe(0);
  });

  it("ends one send and leaves the others alone", async () => {
    const server = await scripted({ content: "hang" });
    const notifier = notifierAt(server);
    const controller = new AbortController();
    const first = rejection(sendOne(notifier, sendContext({ signal: controller.signal })));
    await expect.poll(() => server.commands().includes("DATA")).toBe(true);
    server.say({});
    const second = sendOne(notifier);
    controller.abort();
    expect((await first).code).toBe("ambiguous");
    await expect(second).resolves.toEqual({ reference: "250 2.0.0 queued as 42" });
  });
});

describe("TLS", () => {
  it("trap 46: a certificate that is not trusted is ours to mend, by TLS from the start and by STARTTLS", async () => {
    const secure = await scripted({ secure: true });
    const error = await rejection(sendOne(notifierAt(secure, { secure: true })));
    expect(error).toMatchObject({
      code: "config",
      message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    });
    expect(await codeUnder({ extensions: ["STARTTLS"] })).toBe("config");
    expect(secure.commands()).toEqual([]);
  });

  it("trusts a certificate of `tls.ca`", async () => {
    const tls = { ca: local.cert };
    const secure = await scripted({ secure: true });
    await expect(sendOne(notifierAt(secure, { secure: true, tls }))).resolves.toBeDefined();
    const starting = await scripted({ extensions: ["STARTTLS"] });
    await expect(sendOne(notifierAt(starting, { requireTls: true, tls }))).resolves.toBeDefined();
    expect(starting.commands()).toContain("STARTTLS");
  });

  it("refuses a trusted certificate of another host", async () => {
    const secure = await scripted({ secure: true, identity: elsewhere });
    const tls = { ca: elsewhere.cert };
    const error = await rejection(sendOne(notifierAt(secure, { secure: true, tls })));
    expect(error).toMatchObject({
      code: "config",
      message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
    });
  });

  it("says what to check when a port without TLS is spoken to with TLS", async () => {
    const plain = await scripted();
    const error = await rejection(sendOne(notifierAt(plain, { secure: true })));
    expect(error).toMatchObject({
      code: "config",
      message: expect.stringContaining("Check `secure` and the port"),
    });
  });

  it("sends neither mail nor password when `requireTls` is not met", async () => {
    const server = await scripted({ extensions: auth, starttls: "502 5.5.1 what?" });
    const error = await rejection(sendOne(notifierAt(server, { ...login, requireTls: true })));
    expect(error.code).toBe("config");
    expect(server.commands().join()).not.toMatch(/AUTH|MAIL/);
  });
});
