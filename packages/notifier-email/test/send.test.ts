import type { NotifierHost } from "@datasync-monitor/core";
import { fakeClock, sampleBatch, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import {
  cleanUp,
  notifierAt,
  notifierFor,
  scripted,
  sendOne,
  standIn,
} from "./support/workbench.ts";

cleanUp();

const hostWith = (overrides: Partial<NotifierHost>): NotifierHost => ({
  service: "datasync",
  locale: "en",
  timeZone: "UTC",
  clock: fakeClock(Date.parse("2025-09-01T08:00:00.000Z")),
  observe: () => {
    throw new Error("not asked for");
  },
  stats: () => {
    throw new Error("not asked for");
  },
  ...overrides,
});

describe("a mail", () => {
  it("goes to each recipient of the options, and names them all", async () => {
    const server = await standIn();
    const to = [
      "a@example.com",
      "Night Watch <b@example.com>",
      "A@example.com",
      '"C, D" <c@z.com>',
    ];
    const receipt = await sendOne(notifierFor({ url: server.url, to }));
    expect(receipt.reference).toMatch(/^250 /);
    const [mail] = server.mails();
    expect(mail).toMatchObject({
      from: "datasync@example.com",
      to: ["a@example.com", "b@example.com", "c@z.com"],
    });
    expect(mail?.headers).toMatchObject({
      from: "DataSync <datasync@example.com>",
      to: 'a@example.com, Night Watch <b@example.com>, "C, D" <c@z.com>',
    });
  });

  it("trap 59: says that a machine wrote it, has a Message-ID of the batch's key, and a thread for the day", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    notifier.attach?.(hostWith({}));
    await sendOne(notifier);
    await sendOne(notifier, sendContext({ attempt: 2 }));
    await notifier.send(
      [sampleEvent({ id: "0198f560-8440-7000-8000-000000000002" })],
      sendContext({ idempotencyKey: "0198f560-8440-7000-8000-000000000002" }),
    );
    const [first, again, next] = server.mails().map(({ headers }) => headers);
    expect(first).toMatchObject({
      "auto-submitted": "auto-generated",
      "x-auto-response-suppress": "All",
      "message-id": "<0198f560-8440-7000-8000-000000000001@example.com>",
      date: "Mon, 01 Sep 2025 08:00:00 +0000",
    });
    expect(first).not.toHaveProperty("precedence");
    expect(again?.["message-id"]).toBe(first?.["message-id"]);
    expect(next?.["message-id"]).toBe("<0198f560-8440-7000-8000-000000000002@example.com>");
    expect(first?.references).toMatch(/^<datasync-[0-9a-f]{32}-2025-08-29@example\.com>$/);
    expect(next).toMatchObject({ references: first?.references, "in-reply-to": first?.references });
    expect(next?.references).not.toBe(next?.["message-id"]);
  });

  it("turns a key that no Message-ID may hold into one that it may", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    await sendOne(notifier, sendContext({ idempotencyKey: "a@b>\r\nBcc: evil@example.net" }));
    expect(server.mails()[0]?.headers["message-id"]).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(server.mails()[0]?.headers).not.toHaveProperty("bcc");
  });

  it("trap 51: keeps a line break out of the subject, and gains no recipient by it", async () => {
    const server = await standIn();
    const event = sampleEvent({ message: "x\r\nBcc: evil@example.net\r\n\r\nbody" });
    await notifierFor({ url: server.url }).send([event], sendContext());
    const [mail] = server.mails();
    expect(mail?.subject).toBe(
      "[DataSync] [INFO] sync_success · datasync: x Bcc: evil@example.net body",
    );
    expect(mail?.to).toEqual(["ops@example.com"]);
    expect(mail?.headers).not.toHaveProperty("bcc");
  });

  it("trap 53: shows a path and an address of the details as text, and opens neither", async () => {
    const server = await standIn();
    const details = {
      path: "/etc/hostname",
      href: "http://169.254.169.254/",
      text: { path: "/etc/hostname" },
    };
    await notifierFor({ url: server.url }).send([sampleEvent({ details })], sendContext());
    expect(server.mails()[0]?.text).toContain("/etc/hostname");
    expect(server.mails()[0]?.html).toContain("http://169.254.169.254/");
  });

  it("trap 58: has the plain text first and unescaped, then the HTML, escaped", async () => {
    const server = await standIn();
    const message = `<img src=x onerror="alert('1')"> & more`;
    await notifierFor({ url: server.url }).send([sampleEvent({ message })], sendContext());
    const [mail] = server.mails();
    expect(mail?.text).toContain(message);
    expect(mail?.html).toContain(
      "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more",
    );
    expect(mail?.html).not.toContain("<img");
    expect(mail?.headers["content-type"]).toMatch(/^multipart\/alternative;/);
    const [plain = -1, html = -1] = ["text/plain", "text/html"].map((type) =>
      mail?.raw.indexOf(`Content-Type: ${type}`),
    );
    expect(plain).toBeGreaterThan(0);
    expect(html).toBeGreaterThan(plain);
  });

  it("speaks the monitor's language and time zone, unless the options say otherwise", async () => {
    const server = await standIn();
    const theirs = notifierFor({ url: server.url });
    theirs.attach?.(hostWith({ locale: "zh-CN", timeZone: "Asia/Shanghai" }));
    await sendOne(theirs);
    const ours = notifierFor({ url: server.url, locale: "en", timeZone: "UTC" });
    ours.attach?.(hostWith({ locale: "zh-CN", timeZone: "Asia/Shanghai" }));
    await sendOne(ours);
    const [chinese, english] = server.mails();
    expect(chinese?.text).toContain("2025-08-29 18:30:00 +08:00");
    expect(chinese?.html).toContain('lang="zh-CN"');
    expect(english?.text).toContain("2025-08-29 10:30:00 +00:00");
    expect(english?.html).toContain('lang="en"');
  });
});

describe("the connection", () => {
  it("trap 61: is one for many mails, and many events are one mail", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    expect(notifier.maxBatchSize).toBe(100);
    for (let i = 0; i < 10; i += 1)
      await notifier.send(sampleBatch(100), sendContext({ idempotencyKey: `batch-${i}` }));
    expect(server.mails()).toHaveLength(10);
    expect(server.connections()).toBe(1);
  });

  it("is never more than `connections`", async () => {
    const server = await scripted();
    const notifier = notifierAt(server, { connections: 2 });
    await Promise.all(Array.from({ length: 12 }, () => sendOne(notifier)));
    expect(server.connections()).toBe(2);
  });

  it("is opened anew when the server ended the last one in between", async () => {
    const server = await standIn();
    const notifier = notifierFor({ url: server.url });
    await sendOne(notifier);
    await server.meet("refuse");
    await server.meet("accept");
    await new Promise((resolve) => setTimeout(resolve, 30)); // the news of it arrives
    await sendOne(notifier);
    expect(server.mails()).toHaveLength(2);
  });

  it("logs in when there are credentials", async () => {
    const server = await standIn({ user: "datasync", pass: "correct horse/@:" });
    await sendOne(notifierFor({ url: server.url }));
    const { host, port } = server;
    await sendOne(notifierFor({ host, port, user: "datasync", password: "correct horse/@:" }));
    expect(server.mails()).toHaveLength(2);
  });
});
