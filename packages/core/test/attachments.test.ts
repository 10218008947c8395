import { describe, expect, it } from "vitest";
import type { Attachment } from "../src/notifier.ts";
import { rig } from "./support/rig.ts";

describe("an attachment", () => {
  it("is shown the monitor's service, clock and books when it is attached", () => {
    const { clock, monitor } = rig();
    const seen: unknown[] = [];
    const registration = monitor.attach({
      id: "gauge",
      attach: (host) => seen.push(host.service, host.clock === clock, host.stats().taken),
    });
    expect(registration.name).toBe("gauge");
    expect(seen).toEqual(["datasync", true, 0]);
  });

  it("is closed once, by whichever of unregister() and the monitor's close() comes first", async () => {
    const { monitor } = rig();
    const closed: string[] = [];
    const gauge = (id: string): Attachment => ({
      id,
      attach: () => {},
      close: () => void closed.push(id),
    });
    const first = monitor.attach(gauge("first"));
    monitor.attach(gauge("second"));
    monitor.attach(gauge("third"));
    await first.unregister();
    await first.unregister();
    await monitor.close();
    await first[Symbol.asyncDispose]();
    expect(closed).toEqual(["first", "third", "second"]);
  });

  it("may emit its last event while the monitor closes, and that event is delivered", async () => {
    const { monitor } = rig();
    const got: string[] = [];
    monitor.registerCallback((event) => void got.push(event.message));
    monitor.attach({
      id: "farewell",
      attach: () => {},
      close: () => void monitor.emitEvent({ event_type: "service_status", message: "bye" }),
    });
    await monitor.close();
    expect(got).toEqual(["bye"]);
  });

  it("breaks nothing when its attach() and close() throw or reject; both are reported by its name", async () => {
    const { monitor, problems } = rig();
    monitor.attach({
      id: "clumsy",
      attach: () => {
        throw new Error("no");
      },
      close: () => Promise.reject(new Error("no")),
    });
    await monitor.close();
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["attach-failed", "The attach() of the attachment `clumsy` failed."],
      ["close-failed", "The close() of the attachment `clumsy` failed."],
    ]);
  });

  it("that never closes holds the monitor's close() for a quarter of a second at most", async () => {
    const { clock, monitor } = rig();
    let done = false;
    monitor.attach({ id: "stuck", attach: () => {}, close: () => new Promise(() => {}) });
    const closing = monitor.close().then(() => {
      done = true;
    });
    await clock.advance(249);
    expect(done).toBe(false);
    await clock.advance(1);
    await closing;
    expect(done).toBe(true);
  });

  it("needs an id, an attach() and an open monitor", async () => {
    const { monitor } = rig();
    expect(() => monitor.attach({ id: "Not Kebab", attach: () => {} })).toThrow("lower-case kebab");
    expect(() => monitor.attach({ id: "idle" } as unknown as Attachment)).toThrow("`attach(host)`");
    await monitor.close();
    expect(() => monitor.attach({ id: "late", attach: () => {} })).toThrow("closed");
  });
});
