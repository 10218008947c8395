import { type Clock, memoryStore, systemClock } from "@datasync-monitor/core";
import { runService } from "../../src/crash/run-service.ts";
import { forgetfulStore } from "./stores.ts";

const { CLOCK_BEGAN_AT, CLOCK_FACTOR, STORE } = process.env;

/** The same in each process: leases run out sooner, as everything does. */
const faster = (beganAt: number, factor: number): Clock => ({
  now: () => Math.round(beganAt + (Date.now() - beganAt) * factor),
  monotonic: () => performance.now() * factor,
  setTimer: (ms, callback) => systemClock.setTimer(ms / factor, callback),
});

const store =
  STORE === "memory" ? memoryStore() : STORE === "forgetful" ? forgetfulStore() : undefined;

await runService(JSON.parse(process.argv[2] ?? ""), process.env, {
  clock: faster(Number(CLOCK_BEGAN_AT), Number(CLOCK_FACTOR)),
  store,
});
