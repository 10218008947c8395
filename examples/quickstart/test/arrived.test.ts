import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { idsTold, timesTold } from "../src/receivers/receiver.ts";

const run_id = "0198f560-8440-7000-8000-00000000000a";
const event = sampleEvent({
  message: "sync failed: no such table: coin_data",
  details: { run_id },
});

const told = (...parts: string[]) => timesTold({ shown: "", parts }, event);

describe("timesTold", () => {
  it("counts each place that shows the event's id", () => {
    expect(told(`{"id":"${event.id}"}`)).toBe(1);
    expect(told(`first ${event.id}, again ${event.id}`)).toBe(2);
  });

  it("knows an event without its id by its message and run, whatever the markup did to them", () => {
    const words = "sync failed&#58; no such table&#58; coin&#95;data";
    expect(told(`**${words}** ${run_id.replaceAll("-", "&#45;")}`)).toBe(1);
  });

  it("does not take another run's event of the same message for it", () => {
    expect(told(`${event.message} 0198f560-8440-7000-8000-00000000000b`)).toBe(0);
  });

  it("does not put together the words of two parts", () => {
    expect(told(event.message, run_id)).toBe(0);
  });
});

describe("idsTold", () => {
  it("finds the ids of events and runs, whatever the markup did to them", () => {
    const parts = [`id ${event.id}`, `**Run** ${run_id.replaceAll("-", "&#45;")}, 5 rows`];
    expect(idsTold({ shown: "", parts })).toEqual([event.id, run_id]);
  });
});
