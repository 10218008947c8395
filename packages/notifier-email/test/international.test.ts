import { sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { cleanUp, notifierAt, rejection, scripted, sendOne } from "./support/workbench.ts";

cleanUp();

const far = "用户@例子.公司";
const near = "ops@example.com";
const extensions = ["8BITMIME", "SMTPUTF8"];

/** The server takes everyone but `address`. */
const but = (address: string, reply: string) => ({
  extensions,
  rcpt: (asked: string) => (asked === address ? reply : "250 2.1.5 ok"),
});

describe("an address with letters beyond ASCII on both sides of its @", () => {
  it("that the server took has the mail", async () => {
    const server = await scripted({ extensions });
    const receipt = await sendOne(notifierAt(server, { to: far }));
    expect(receipt.reference).toBe("250 2.0.0 queued as 42");
  });

  it("that was put off is asked again, alone", async () => {
    const server = await scripted(but(far, "450 4.2.1 later"));
    const notifier = notifierAt(server, { to: [near, far] });
    const error = await rejection(sendOne(notifier));
    expect(error.code).toBe("unavailable");
    server.say({ extensions });
    await sendOne(notifier, sendContext({ attempt: 2, resume: error.resume ?? null }));
    const asked = server.commands().filter((line) => line.startsWith("RCPT"));
    expect(asked).toEqual([`RCPT TO:<${near}>`, `RCPT TO:<${far}>`, `RCPT TO:<${far}>`]);
  });

  it("that was refused for good is named", async () => {
    const server = await scripted(but(far, "550 5.1.1 unknown"));
    const receipt = await sendOne(notifierAt(server, { to: [near, far] }));
    expect(receipt.reference).toContain("1 of 2 recipients refused: 用户@");
  });

  it("that was served is not asked again for another's sake", async () => {
    const server = await scripted(but(near, "450 4.2.1 later"));
    const notifier = notifierAt(server, { to: [near, far] });
    const error = await rejection(sendOne(notifier));
    expect(error.message).toContain("served: 1");
    await rejection(sendOne(notifier, sendContext({ attempt: 2, resume: error.resume ?? null })));
    const asked = server.commands().filter((line) => line.startsWith("RCPT"));
    expect(asked).toEqual([`RCPT TO:<${near}>`, `RCPT TO:<${far}>`, `RCPT TO:<${near}>`]);
  });
});
