import { createConnection } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Condition,
  type SmtpStage,
  type SmtpStandIn,
  type SmtpStandInOptions,
  smtpStandIn,
} from "../src/index.ts";
import { type SmtpClient, smtpClient } from "./support/smtp-client.ts";

let smtp: SmtpStandIn;
const clients: SmtpClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await smtp.close();
});

const start = async (options?: SmtpStandInOptions): Promise<void> => {
  smtp = await smtpStandIn(options);
};

const connect = async (): Promise<SmtpClient> => {
  const client = await smtpClient(smtp.port);
  clients.push(client);
  return client;
};

const greeted = async (): Promise<SmtpClient> => {
  const client = await connect();
  await client.say();
  await client.say("EHLO test.example");
  return client;
};

/** What a caller hears first: so many whole lines, or the first piece there is. */
const firstBytes = async (lines = 0): Promise<string> => {
  const socket = createConnection(smtp.port, "127.0.0.1");
  let said = "";
  for await (const chunk of socket) {
    said += String(chunk);
    if (said.split("\n").length > lines) break; // leaving the loop ends the connection
  }
  return said;
};

const mail = ["Subject: =?utf-8?B?5L2g5aW9?=", "X-Long: one", " two", "", "hello", "."].join(
  "\r\n",
);
const from = "MAIL FROM:<from@x.example>";
const to = (name: string) => `RCPT TO:<${name}@x.example>`;
const plain = (user: string, pass: string) =>
  `AUTH PLAIN ${Buffer.from(`\0${user}\0${pass}`).toString("base64")}`;

/** The codes of one whole transaction, until one of them is a refusal. */
const transaction = async (client: SmtpClient): Promise<readonly string[]> => {
  const codes: string[] = [];
  for (const line of [from, to("a"), to("b"), "DATA", mail]) {
    const reply = await client.say(line);
    codes.push(reply.slice(0, 3));
    if (!/^[23]/.test(reply)) break;
  }
  return codes;
};

describe("smtpStandIn", () => {
  it("accepts a mail, and shows its envelope and what a reader would see", async () => {
    await start();
    expect(await transaction(await greeted())).toEqual(["250", "250", "250", "354", "250"]);
    expect(smtp.mails()).toMatchObject([
      {
        from: "from@x.example",
        to: ["a@x.example", "b@x.example"],
        subject: "你好",
        text: "hello\n",
        html: "",
        headers: { subject: "=?utf-8?B?5L2g5aW9?=", "x-long": "one two" },
      },
    ]);
    expect(smtp.mails()[0]?.raw).toContain("X-Long: one\r\n two\r\n");
    expect([smtp.attempts(), smtp.refusals(), smtp.connections()]).toEqual([1, 0, 1]);
  });

  it("shows a header that came twice, twice", async () => {
    await start();
    const client = await greeted();
    for (const line of [from, to("a"), "DATA"]) await client.say(line);
    await client.say(["To: a@x.example", "To: b@x.example", "", "x", "."].join("\r\n"));
    expect(smtp.mails()[0]?.headers.to).toBe("a@x.example\nb@x.example");
  });

  it("names its credentials in the URL, and takes no others", async () => {
    await start({ user: "me", pass: "s3cret/?" });
    expect(smtp.url).toBe(`smtp://me:s3cret%2F%3F@127.0.0.1:${smtp.port}`);
    const client = await greeted();
    expect(await client.say(from)).toMatch(/^530/);
    expect(await client.say(plain("me", "wrong"))).toMatch(/^535/);
    expect(await client.say(plain("me", "s3cret/?"))).toMatch(/^235/);
    expect((await transaction(client)).at(-1)).toBe("250");
    expect([smtp.attempts(), smtp.refusals()]).toEqual([2, 1]);
  });

  it("takes any credentials, or none, when it has none itself", async () => {
    await start();
    expect(await (await greeted()).say(plain("any", "body"))).toMatch(/^235/);
  });

  it.each([
    ["rate-limited", ["421"]],
    ["unavailable", ["451"]],
    ["payload", ["250", "250", "250", "354", "552"]],
    ["endpoint", ["250", "550"]],
    ["config", ["530"]],
    ["reset", ["250", "250", "250", "354", "clo"]],
  ] as const)("meets a transaction with %s, once when told so", async (condition, codes) => {
    await start();
    await smtp.meet(condition, { times: 1 });
    expect(await transaction(await greeted())).toEqual(codes);
    expect([smtp.attempts(), smtp.refusals(), smtp.mails().length]).toEqual([1, 1, 0]);
    expect((await transaction(await greeted())).at(-1)).toBe("250");
  });

  it("refuses a login under config", async () => {
    await start({ user: "me", pass: "pw" });
    await smtp.meet("config", { times: 1 });
    expect(await (await greeted()).say(plain("me", "pw"))).toMatch(/^535/);
    expect(await (await greeted()).say(plain("me", "pw"))).toMatch(/^235/);
    expect([smtp.attempts(), smtp.refusals()]).toEqual([1, 1]);
  });

  it("accepts with odd words when it garbles", async () => {
    await start();
    await smtp.meet("garble");
    const client = await greeted();
    for (const line of [from, to("a"), "DATA"]) await client.say(line);
    expect(await client.say(mail)).toBe("250 <<< ok?? %s {{queued}} >>>");
    expect(smtp.mails()).toHaveLength(1);
  });

  it("refuses connections, and opens the same port again", async () => {
    await start();
    await smtp.meet("refuse");
    await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await smtp.meet("accept");
    expect((await transaction(await greeted())).at(-1)).toBe("250");
  });

  const silence = Symbol("silence");
  const heard = (reply: Promise<string>): Promise<unknown> =>
    Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 40, silence))]);

  it.each(["hang", "silent"] as const)(
    "never greets, and says nothing to a session that was open (%s)",
    async (condition) => {
      await start();
      const open = await greeted();
      await smtp.meet(condition);
      const fresh = await connect();
      while (smtp.attempts() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await heard(fresh.say())).toBe(silence);
      expect(await heard(open.say(from))).toBe(silence);
      expect([smtp.attempts(), smtp.refusals()]).toEqual([2, 2]);
    },
  );

  it("hangs after the message has been read, when told so", async () => {
    await start({ hangAt: "data" });
    await smtp.meet("hang");
    const client = await greeted();
    for (const line of [from, to("a"), "DATA"]) await client.say(line);
    expect(await heard(client.say(mail))).toBe(silence);
    expect(smtp.mails()).toHaveLength(0);
  });

  it("stops in the middle of its greeting, or of its answer to a mail in an open session", async () => {
    await start();
    const client = await greeted();
    await smtp.meet("half-headers");
    expect(await firstBytes()).toBe("220 half an ans");
    expect(await heard(client.say(from))).toBe(silence);
  });

  it("stops in the middle of its last word", async () => {
    await start();
    await smtp.meet("half-body");
    const client = await greeted();
    for (const line of [from, to("a")]) expect(await client.say(line)).toMatch(/^250/);
    expect(await client.say("DATA")).toMatch(/^354/);
    expect(await heard(client.say(mail))).toBe(silence);
    expect(smtp.mails()).toHaveLength(0);
  });

  it("greets line by line, for ever", async () => {
    await start();
    await smtp.meet("drip");
    expect(await firstBytes(3)).toBe("220-and so on\r\n".repeat(3));
  });

  it("knows no redirect and no misspelt condition, and says so", async () => {
    await start();
    await expect(smtp.meet("redirect")).rejects.toThrow("SMTP knows no redirect");
    await expect(smtp.meet("rate_limited" as "rate-limited")).rejects.toThrow(
      /^meet\(\): `condition` must be one of /,
    );
  });

  it("refuses one recipient of several, and accepts the mail for the others", async () => {
    await start();
    smtp.reply("rcpt", 550, { recipient: "B@x.example" });
    const client = await greeted();
    expect(await client.say(from)).toMatch(/^250/);
    expect(await client.say(to("a"))).toMatch(/^250/);
    expect(await client.say(to("b"))).toMatch(/^550/);
    expect(await client.say("DATA")).toMatch(/^354/);
    expect(await client.say(mail)).toMatch(/^250/);
    expect(smtp.mails()).toMatchObject([{ to: ["a@x.example"] }]);
  });

  it.each([
    ["connect", 554, ["554"]],
    ["mail", 452, ["220", "250", "452"]],
    ["rcpt", 450, ["220", "250", "250", "450"]],
    ["data", 452, ["220", "250", "250", "250", "250", "354", "452"]],
  ] as const)("answers at %s with %i as often as it is told", async (stage, code, codes) => {
    await start();
    smtp.reply(stage, code, { times: 1 });
    const talk = async (): Promise<readonly string[]> => {
      const client = await connect();
      const greeting = await client.say();
      if (!greeting.startsWith("220")) return [greeting.slice(0, 3)];
      const hello = await client.say("EHLO test.example");
      return [greeting, hello, ...(await transaction(client))].map((reply) => reply.slice(0, 3));
    };
    expect(await talk()).toEqual(codes);
    expect((await talk()).at(-1)).toBe("250");
  });

  it("answers a login with 454 when told so, and takes it back", async () => {
    await start();
    smtp.reply("auth", 454);
    expect(await (await greeted()).say(plain("a", "b"))).toMatch(/^454/);
    smtp.reply("auth", 235);
    expect(await (await greeted()).say(plain("a", "b"))).toMatch(/^235/);
  });

  it("lets a reply go before the condition, and forgets all of them on accept", async () => {
    await start();
    const stages: readonly (readonly [SmtpStage, number])[] = [
      ["mail", 452],
      ["rcpt", 450],
    ];
    for (const [stage, code] of stages) smtp.reply(stage, code);
    await smtp.meet("unavailable" satisfies Condition);
    expect(await transaction(await greeted())).toEqual(["452"]);
    await smtp.meet("accept");
    expect((await transaction(await greeted())).at(-1)).toBe("250");
  });

  it("ends every session on close, and closes twice", async () => {
    await start();
    const client = await greeted();
    await smtp.close();
    await smtp.close();
    expect(await client.say("NOOP")).toBe("closed");
  });
});
