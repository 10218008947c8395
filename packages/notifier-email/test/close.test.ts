import { DeliveryError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { cleanUp, notifierAt, rejection, scripted, sendOne } from "./support/workbench.ts";

cleanUp();

describe("close()", () => {
  it("ends the idle connections, and is harmless the second time", async () => {
    const server = await scripted();
    const notifier = notifierAt(server);
    await sendOne(notifier);
    expect(server.open()).toBe(1);
    await Promise.all([notifier.close?.(), notifier.close?.()]);
    await notifier.close?.();
    await expect.poll(server.open).toBe(0);
  });

  it("trap 57: lets the mail under way finish, and each queued send says that it was aborted", async () => {
    const server = await scripted({ content: "hang" });
    const notifier = notifierAt(server, { connections: 1 });
    const sends = Array.from({ length: 4 }, () => sendOne(notifier));
    const outcomes = Promise.allSettled(sends);
    await expect.poll(() => server.commands().includes("DATA")).toBe(true);
    let closed = false;
    const closing = notifier.close?.().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(closed).toBe(false);
    server.answer("250 2.0.0 at last");
    const [first, ...queued] = await outcomes;
    expect(first).toMatchObject({ status: "fulfilled", value: { reference: "250 2.0.0 at last" } });
    for (const outcome of queued) {
      expect(
        outcome.status === "rejected" && DeliveryError.is(outcome.reason) && outcome.reason.code,
      ).toBe("aborted");
    }
    await closing;
    await expect.poll(server.open).toBe(0);
  });

  it("leaves it open when the connection is cut after a mail that was under way", async () => {
    const server = await scripted({ mail: "hang", content: "drop" });
    const notifier = notifierAt(server);
    const sending = rejection(sendOne(notifier));
    await expect.poll(() => server.commands().length).toBe(2);
    const closing = notifier.close?.();
    server.answer("250 2.1.0 ok");
    expect((await sending).code).toBe("ambiguous");
    await closing;
  });

  it("refuses a send that comes after it", async () => {
    const server = await scripted();
    const notifier = notifierAt(server);
    await notifier.close?.();
    expect((await rejection(sendOne(notifier))).code).toBe("aborted");
    expect(server.connections()).toBe(0);
  });
});
