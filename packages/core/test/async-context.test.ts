import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, expect, it } from "vitest";
import { createMonitor } from "../src/monitor.ts";

const requests = new AsyncLocalStorage<string>();
const monitor = createMonitor();
const seen: (string | undefined)[] = [];

const emitIn = (request: string, count: number): void =>
  requests.run(request, () => {
    for (let n = 0; n < count; n += 1)
      monitor.emitEvent({ event_type: "sync_start", message: "x" });
  });

afterEach(async () => void (await monitor.close()));

it("delivers in nobody's AsyncLocalStorage context: not the request's that emitted first, nor its database transaction", async () => {
  const see = async (): Promise<void> => {
    seen.push(requests.getStore());
    await null;
    seen.push(requests.getStore());
  };
  monitor.registerCallback(see, { where: () => seen.push(requests.getStore()) > 0 });
  monitor.registerNotifier({ contract: 1, id: "other", send: see });
  emitIn("first", 1);
  emitIn("second", 200);
  await requests.run("third", () => monitor.flush());
  emitIn("fourth", 1);
  await monitor.flush();
  expect(seen.length).toBe(202 * 5);
  expect(new Set(seen)).toEqual(new Set([undefined]));
});

it("runs the work of track() in the context of who called it", async () => {
  const told = await requests.run("mine", () =>
    createMonitor().track("sync", async () => {
      await null;
      return requests.getStore();
    }),
  );
  expect(told).toBe("mine");
});
