import { setImmediate } from "node:timers/promises";
import { DeliveryError } from "@datasync-monitor/core";
import { sendContext } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { elsewhere, good, key } from "../../../test-support/certificates.ts";
import type { Script, ScriptedSmtp } from "./support/scripted-smtp.ts";
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

  it.each([
    ["at MAIL", { mail: "drop" }, "unavailable"],
    ["at RCPT", { rcpt: () => "drop" }, "unavailable"],
    ["at DATA", { data: "drop" }, "unavailable"],
    ["after the mail", { content: "drop" }, "ambiguous"],
  ] satisfies [string, Script, string][])(
    "means the same on a connection that has served before, cut %s",
    async (_when, script, code) => {
      for (const extensions of [[], ["PIPELINING"]]) {
        expect((await failureWhenReused({ ...script, extensions })).code).toBe(code);
      }
    },
  );

  it.each([
    ["is ended", (server: ScriptedSmtp) => server.hangUp("end")],
    ["is reset", (server: ScriptedSmtp) => server.hangUp("reset")],
    [
      "is told 421 and ended",
      (server: ScriptedSmtp) => {
        server.answer("421 4.4.2 idle for too long");
        server.hangUp("end");
      },
    ],
  ])(
    "never leaves it open when an idle connection %s, however late the news: nothing was sent",
    async (_how, hangUp) => {
      for (let turns = 0; turns < 12; turns += 1) {
        const server = await scripted();
        const notifier = notifierAt(server);
        await sendOne(notifier);
        hangUp(server);
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        const outcome = await sendOne(notifier).then(
          () => "sent",
          (error: unknown) => DeliveryError.is(error) && error.code,
        );
        const mails = server.commands().filter((line) => line === "DATA").length - 1;
        expect([outcome, mails]).toEqual(outcome === "sent" ? ["sent", 1] : ["unavailable", 0]);
      }
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
  afterEach(() => vi.unstubAllEnvs());

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

  it("is verified although NODE_TLS_REJECT_UNAUTHORIZED says not to", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const secure = await scripted({ secure: true });
    const notifier = notifierAt(secure, { secure: true });
    const tried = [sendOne(notifier), notifier.verify?.(sendContext())];
    for (const attempt of tried) expect(await rejection(attempt)).toMatchObject({ code: "config" });
    expect(await codeUnder({ extensions: ["STARTTLS"] })).toBe("config");
    expect(secure.commands()).toEqual([]);
  });

  it("trusts a certificate of `ca`", async () => {
    const ca = good;
    const secure = await scripted({ secure: true });
    await expect(sendOne(notifierAt(secure, { secure: true, ca }))).resolves.toBeDefined();
    const starting = await scripted({ extensions: ["STARTTLS"] });
    await expect(sendOne(notifierAt(starting, { requireTls: true, ca }))).resolves.toBeDefined();
    expect(starting.commands()).toContain("STARTTLS");
  });

  it("refuses a trusted certificate of another host", async () => {
    const secure = await scripted({ secure: true, identity: { cert: elsewhere, key } });
    const ca = elsewhere;
    const error = await rejection(sendOne(notifierAt(secure, { secure: true, ca })));
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
