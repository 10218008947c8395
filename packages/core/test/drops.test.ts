import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import { rig } from "./support/rig.ts";

const emitted = (monitor: ReturnType<typeof rig>["monitor"], count: number): void => {
  for (let n = 0; n < count; n += 1)
    monitor.emitEvent({ event_type: "sync_failure", message: `event ${n}` });
};

it("tells of the first dropped event at once, and once a minute of how many more there were", async () => {
  const { clock, monitor, problems } = rig();
  const notifier = memoryNotifier();
  notifier.hold();
  monitor.registerNotifier(notifier, {
    name: "pager",
    queue: { maxEvents: 1 },
    timeoutMs: 600_000,
  });
  emitted(monitor, 3);
  await clock.advance(0);
  emitted(monitor, 5);
  await clock.advance(59_000);
  expect(problems.map(({ code }) => code)).toEqual(["events-dropped"]);
  expect(problems[0]).toMatchObject({
    receiver: "pager",
    message: expect.stringContaining("2 (overflow): its queue is full"),
  });
  await clock.advance(2_000);
  emitted(monitor, 1);
  await clock.advance(0);
  expect(problems[1]?.message).toContain("6 (overflow)");
});

it("tells at the end what close() could not deliver", async () => {
  const { clock, monitor, problems } = rig();
  const notifier = memoryNotifier();
  notifier.hold();
  monitor.registerNotifier(notifier, { name: "pager" });
  emitted(monitor, 4);
  await clock.advance(0);
  const closed = monitor.close({ deadlineMs: 100 });
  await clock.advance(5_000);
  expect(await closed).toMatchObject({ dropped: 4 });
  const told = problems.filter(({ code }) => code === "events-dropped");
  const counted = told.flatMap(({ message }) => [...message.matchAll(/(\d+) \(closed\)/g)]);
  expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(4);
});

it("answers about events that were emitted a moment before", async () => {
  const clock = fakeClock();
  let busyMs = 0;
  const { monitor } = rig({ clock: { ...clock, monotonic: () => clock.monotonic() + busyMs } });
  monitor.registerCallback(() => {
    busyMs += 6; // longer than a pass of the event loop may take
  });
  await monitor.track("sync", (run) => run.add("records_synced", 1_000));
  expect((await monitor.getSyncMetrics()).total_records_synced).toBe(1_000);
});

it("advises one who emits in a loop to await flush(), with which nothing is refused or dropped", async () => {
  const monitor = createMonitor({ onProblem: () => {}, limits: { turnEvents: 1_000 } });
  monitor.registerCallback(async () => {}, { name: "all" });
  const emit = () => monitor.emitEvent({ event_type: "row_rejected", message: "x" });
  for (let n = 1; n <= 5_000; n += 1) {
    emit();
    if (n % 1_000 === 0) await monitor.flush();
  }
  expect(monitor.stats().receivers[0]).toMatchObject({ delivered: 5_000, dropped: {} });
  for (let n = 0; n < 1_000; n += 1) emit();
  expect(emit()).toMatchObject({ problem: expect.stringContaining("Await `flush()`") });
  await monitor.close();
});
