import { hostname } from "node:os";
import { type EventInput, type Monitor, memoryStore } from "@datasync-monitor/core";
import { fakeClock, sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { storageWatcher } from "../src/index.ts";
import { disks } from "./storage-support.ts";
import { hour, minute, rig } from "./support.ts";

describe("a restart", () => {
  /** Two processes, one after the other, that share a store. */
  const generations = () => {
    const clock = fakeClock();
    const store = memoryStore({ clock });
    const used: Record<string, number> = { "/data": 90 };
    const begin = async () => {
      const made = rig({ clock, store });
      const registration = storageWatcher(made.monitor, disks(used));
      await clock.advance(minute);
      return { ...made, end: () => registration.unregister() };
    };
    return { clock, used, begin };
  };

  it("warns of nothing twice, but reminds when it is time", async () => {
    const { clock, begin } = generations();
    await (await begin()).end();
    await clock.advance(3 * hour);
    const after = await begin();
    await clock.advance(2 * hour);
    expect(after.messages()).toEqual([]);
    await clock.advance(hour);
    expect(after.messages()).toEqual(["/data is still 90% full, 10 GiB of 100 GiB free"]);
    expect(after.events()[0]?.details.since).toBe("2025-08-29T10:30:00.000Z");
  });

  it("calls off what is over, with the hysteresis that it had", async () => {
    const { clock, used, begin } = generations();
    await (await begin()).end();
    used["/data"] = 84;
    const after = await begin();
    expect(after.messages()).toEqual([]);
    used["/data"] = 50;
    await clock.advance(minute);
    expect(after.messages()).toEqual(["/data has recovered: 50% full, 50 GiB of 100 GiB free"]);
    expect((await after.monitor.getComprehensiveStatus()).status).toBe("healthy");
  });

  /** What a watcher of /a, at 90 %, says first when this was told before it, in this order. */
  const after = async (told: readonly Partial<EventInput>[]) => {
    const { clock, monitor, news } = rig();
    const details = { host: hostname(), path: "/a", status: "warning" };
    for (const { details: more, ...event } of told) {
      const sample = { event_type: "storage_warning", message: "told before" };
      monitor.emitEvent({ ...sample, ...event, details: { ...details, ...more } });
    }
    await clock.advance(0);
    news();
    storageWatcher(monitor, disks({ "/a": 90 }));
    await clock.advance(0);
    return news().map(({ message }) => message);
  };
  const [first, again] = [
    "/a is 90% full, 10 GiB of 100 GiB free",
    "/a is still 90% full, 10 GiB of 100 GiB free",
  ];

  it.each([
    ["goes by the latest", [{}], []],
    ["goes by the latest of a path", [{ details: { status: "ok" } }, {}], []],
    [
      "goes by the latest of a path, and not the first",
      [{}, { details: { status: "ok" } }],
      [first],
    ],
    ["knows nothing of another machine", [{ details: { host: "elsewhere" } }], [first]],
    ["knows nothing of other events", [{ event_type: "sync_start" }], [first]],
    [
      "knows nothing of what others told",
      [{ details: { status: "so so" } }, { details: { path: 7 } }],
      [first],
    ],
    [
      "tells again what another path's recovery hid",
      [{}, { details: { path: "/b", status: "ok" } }],
      [again],
    ],
  ])("%s", async (_what, told, messages) => {
    expect(await after(told)).toEqual(messages);
  });

  it("knows nothing of another service", async () => {
    const { clock, monitor, news } = rig();
    const details = { host: hostname(), path: "/a", status: "warning" };
    const billing = monitor.child({ service: "billing" });
    billing.emitEvent({ event_type: "storage_warning", message: "told before", details });
    storageWatcher(monitor, disks({ "/a": 90 }));
    await clock.advance(0);
    expect(news().map(({ message }) => message)).toEqual(["told before", first]);
  });

  it("recalls as soon as the store can be asked, and warns without it until then", async () => {
    const { clock, monitor, messages } = rig();
    const host = hostname();
    const remembered = [
      { path: "/b", status: "critical", host, since: "2025-08-29T09:00:00.000Z" },
      { path: "/a", status: "ok", host, since: "2025-08-29T08:00:00.000Z" },
    ].map((details) => sampleEvent({ event_type: "storage_warning", details }));
    let isDown = true;
    let asked = 0;
    const getEvents: Monitor["getEvents"] = async () => {
      asked += 1;
      if (isDown) throw new Error("not open");
      return { rows: remembered, cursor: null };
    };
    storageWatcher(
      {
        attach: (attachment) => monitor.attach(attachment),
        emitEvent: (input) => monitor.emitEvent(input),
        getEvents,
      },
      disks({ "/a": 90, "/b": 10 }),
    );
    await clock.advance(3 * minute);
    expect(messages()).toEqual([first]);
    isDown = false;
    await clock.advance(10 * minute);
    expect(asked).toBe(5);
    expect(messages().slice(1)).toEqual([
      "/b has recovered: 10% full, 90 GiB of 100 GiB free",
      again,
    ]);
  });
});
