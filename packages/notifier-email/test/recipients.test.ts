import type { JsonObject, JsonValue } from "@datasync-monitor/core";
import { sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
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

const [a, b, c] = ["a@example.com", "b@example.com", "c@example.com"];
const to = [a, b, c];

const retry = (resume: JsonValue | undefined, attempt = 2) =>
  sendContext({ attempt, resume: structuredClone(resume ?? null) });

describe("several recipients", () => {
  it("trap 54: one refused for good is given up and named, and the others have the mail", async () => {
    const server = await standIn();
    server.reply("rcpt", 550, { recipient: b });
    const receipt = await sendOne(notifierFor({ url: server.url, to }));
    expect(receipt.reference).toMatch(/^250 .*; 1 of 3 recipients refused: b@example\.com$/);
    expect(server.mails().map((mail) => mail.to)).toEqual([[a, c]]);
  });

  it("trap 54: one put off is asked again, alone, in the same mail", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const error = await rejection(sendOne(notifier));
    expect(error.code).toBe("unavailable");
    expect(error.message).toBe(
      "The mail server puts off 1 of 3 recipients (451 4.3.0); served: 2, refused for good: 0.",
    );
    await sendOne(notifier, retry(error.resume));
    expect(server.mails().map((mail) => mail.to)).toEqual([[a, c], [b]]);
    const [first, second] = server.mails().map(({ headers }) => headers);
    expect(second?.["message-id"]).toBe(first?.["message-id"]);
    expect(second?.to).toBe(first?.to);
  });

  it("one refused and one put off: who was refused stays refused, and is named in the end", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 550, { recipient: a });
    server.reply("rcpt", 450, { recipient: b, times: 1 });
    const error = await rejection(sendOne(notifier));
    server.reply("rcpt", 250, { recipient: a });
    const receipt = await sendOne(notifier, retry(error.resume));
    expect(receipt.reference).toContain("1 of 3 recipients refused: a@example.com");
    expect(server.mails().map((mail) => mail.to)).toEqual([[c], [b]]);
  });

  it("nobody accepted, mixed 550 and 451: asks again for the 451 alone", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 550, { recipient: a });
    server.reply("rcpt", 550, { recipient: c });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const error = await rejection(sendOne(notifier));
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("1 of 3 recipients (451 4.3.0)");
    const receipt = await sendOne(notifier, retry(error.resume));
    expect(receipt.reference).toContain("2 of 3 recipients refused: a@example.com, c@example.com");
    expect(server.mails().map((mail) => mail.to)).toEqual([[b]]);
  });

  it("the last one open is refused for good after others were served: delivered", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const error = await rejection(sendOne(notifier));
    server.reply("rcpt", 550, { recipient: b });
    const receipt = await sendOne(notifier, retry(error.resume));
    expect(receipt.reference).toContain("1 of 3 recipients refused: b@example.com");
    expect(server.mails()).toHaveLength(1);
  });

  it("all refused for good is the endpoint's, and the next probe asks all of them anew", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 550, { recipient: a });
    server.reply("rcpt", 550, { recipient: c });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const first = await rejection(sendOne(notifier));
    server.reply("rcpt", 550, { recipient: b });
    const second = await rejection(sendOne(notifier, retry(first.resume)));
    expect(second).toMatchObject({ code: "endpoint", resume: null });
    await server.meet("accept");
    await sendOne(notifier, retry(second.resume, 3));
    expect(server.mails().map((mail) => mail.to)).toEqual([to]);
  });

  it.each([
    ["all recipients", () => true, [to]],
    ["one recipient", (address: string) => address === b, [[a, c], [b]]],
  ])(
    "waits a quarter of an hour when the daily limit (550 5.4.5) is said to %s, and gives nobody up",
    async (_whom, meets, mails) => {
      const limit = "550 5.4.5 Daily SMTP relay sending quota exceeded";
      const server = await scripted({ rcpt: (address) => (meets(address) ? limit : "250 ok") });
      const notifier = notifierAt(server, { to });
      const error = await rejection(sendOne(notifier));
      expect(error).toMatchObject({
        code: "rate-limited",
        retryAfterMs: 900_000,
        message: expect.stringContaining("550 5.4.5"),
      });
      server.say({});
      const asked = server.commands().length;
      expect((await sendOne(notifier, retry(error.resume))).reference).toBe(
        "250 2.0.0 queued as 42",
      );
      const again = server
        .commands()
        .slice(asked)
        .filter((line) => line.startsWith("RCPT"));
      expect(again).toEqual(mails.at(-1)?.map((address) => `RCPT TO:<${address}>`));
    },
  );

  it("keeps what it knows through an attempt that never reached the server", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const first = await rejection(sendOne(notifier));
    await server.meet("refuse");
    const second = await rejection(sendOne(notifier, retry(first.resume)));
    expect(second.resume).toEqual(first.resume);
    await server.meet("accept");
    await sendOne(notifier, retry(second.resume, 3));
    expect(server.mails().map((mail) => mail.to)).toEqual([[a, c], [b]]);
  });

  it("starts anew when `to` was changed in between, or the resume is not its own", async () => {
    const server = await standIn();
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const error = await rejection(sendOne(notifierFor({ url: server.url, to })));
    await sendOne(notifierFor({ url: server.url, to: [b, a] }), retry(error.resume));
    await sendOne(notifierFor({ url: server.url, to: [b, a] }), retry({ format: "post" }));
    await sendOne(notifierFor({ url: server.url, to: [b, a] }), retry([1, 2]));
    await sendOne(notifierFor({ url: server.url, to: [b, a, c] }), retry(error.resume));
    expect(server.mails().map((mail) => mail.to)).toEqual([
      [a, c],
      [b, a],
      [b, a],
      [b, a],
      [b, a, c],
    ]);
  });

  it.each([[-1], [3], [0.5], ["0"]])(
    "takes nobody for served whom a resume gives the place %j",
    async (place) => {
      const server = await standIn();
      const notifier = notifierFor({ url: server.url, to });
      server.reply("rcpt", 451, { recipient: b, times: 1 });
      const { resume } = await rejection(sendOne(notifier));
      for (const recipient of to) server.reply("rcpt", 550, { recipient });
      const spoilt = retry({ ...(resume as JsonObject), served: [place] });
      expect((await rejection(sendOne(notifier, spoilt))).code).toBe("endpoint");
    },
  );

  it.each([
    ["all were served", { served: [0, 1, 2], refused: [] }],
    ["all were refused", { served: [], refused: [0, 1, 2] }],
    ["nobody is left", { served: [0], refused: [0, 1, 2] }],
  ])("starts anew from a resume by which %s, as no attempt leaves it", async (_what, places) => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url, to });
    server.reply("rcpt", 451, { recipient: b, times: 1 });
    const { resume } = await rejection(sendOne(notifier));
    await sendOne(notifier, retry({ ...(resume as JsonObject), ...places }));
    expect(server.mails().at(-1)?.to).toEqual(to);
  });

  it("asks for no further try with a resume when the rest is refused for what the mail is", async () => {
    const server = await scripted({
      rcpt: (address) => (address === b ? "451 4.2.0 greylisted" : "250 ok"),
    });
    const notifier = notifierAt(server, { to });
    const first = await rejection(sendOne(notifier));
    server.say({ content: "554 5.6.0 looks odd" });
    const second = await rejection(sendOne(notifier, retry(first.resume)));
    expect(second.code).toBe("payload");
    expect(second.resume).toBeUndefined();
  });

  it("names who was refused in a short reference, however much the server says", async () => {
    const server = await scripted({
      rcpt: (address) => (address === b ? "550 5.1.1 who?" : "250 ok"),
      content: `250 2.0.0 ${"queued ".repeat(60)}`,
    });
    const { reference = "" } = await sendOne(notifierAt(server, { to }));
    expect(reference).toMatch(/^250 2\.0\.0 queued.*; 1 of 3 recipients refused: b@example\.com$/);
    const { reference: served = "" } = await sendOne(notifierAt(server, { to: [a, c] }));
    expect([reference.length <= 200, served.length]).toEqual([true, 200]);
  });

  it("leaves a resume of at most 2 kB that names nobody, with 100 recipients too", async () => {
    const many = Array.from({ length: 100 }, (_, i) => `someone.with.a.long.name.${i}@example.com`);
    const server = await scripted({
      rcpt: (address) => (/9@/.test(address) ? "451 4.3.0 later" : "250 ok"),
    });
    const error = await rejection(sendOne(notifierAt(server, { to: many })));
    const text = JSON.stringify(error.resume);
    expect(text.length).toBeLessThanOrEqual(2_048);
    expect(text).not.toContain("someone");
    expect(error.message).not.toContain("@");
  });

  it("knows a recipient again in whatever case and script it was written", async () => {
    const server = await scripted({
      rcpt: (address) => (address.includes("xn--") ? "550 5.1.1 who?" : "250 ok"),
    });
    const receipt = await sendOne(
      notifierAt(server, { to: ["Ops@Example.COM", "ops@bücher.example"] }),
    );
    expect(receipt.reference).toContain("1 of 2 recipients refused: ops@xn--bcher-kva.example");
  });
});
