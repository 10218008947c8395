import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { createMonitor, type EventStore } from "@datasync-monitor/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { tellOf } from "../src/crash/tell-monitor.ts";
import { listen, type Word } from "../src/crash/words.ts";
import { forgetfulStore } from "./support/stores.ts";

describe("listen", () => {
  it("hears whole lines, however they are cut, and not the one that a kill cut off", async () => {
    const heard: Word[] = [];
    const pipe = new PassThrough();
    listen(pipe, (word) => heard.push(word));
    const [one, two] = [
      { kind: "committed", ids: ["é"] },
      { kind: "found", open: [] },
    ];
    const bytes = Buffer.from(`${JSON.stringify(one)}\n${JSON.stringify(two)}\n{"kind":"ope`);
    for (const byte of bytes) pipe.write(Buffer.of(byte));
    pipe.end();
    await setImmediate();
    expect(heard).toEqual([one, two]);
  });
});

describe("tellOf", () => {
  /** What is told of a monitor on this store, by default in memory. */
  const watch = (store?: EventStore) => {
    const told: Word[] = [];
    const monitor = createMonitor({ store, onProblem: () => {} });
    onTestFinished(async () => void (await monitor.close()));
    tellOf(monitor, (word) => told.push(word));
    const emit = (message: string): string => {
      const result = monitor.emitEvent({ event_type: "health_check", message });
      return result.ok ? result.event.id : "";
    };
    return {
      emit,
      monitor,
      takenIds: () =>
        told.flatMap((word) =>
          word.kind === "signal" && word.signal.kind === "taken" ? [word.signal.event.id] : [],
        ),
      committedIds: () => told.flatMap((word) => (word.kind === "committed" ? word.ids : [])),
    };
  };

  it("tells at once what is taken, and that it is committed only when it is", async () => {
    const waiting: (() => void)[] = [];
    const { emit, takenIds, committedIds } = watch(
      forgetfulStore(() => new Promise((resolve) => waiting.push(() => resolve({ stale: [] })))),
    );
    const answer = async () => {
      await expect.poll(() => waiting).toHaveLength(1);
      waiting.shift()?.();
    };
    const ids = [emit("one"), emit("two")];
    await expect.poll(takenIds).toEqual(ids);
    expect(committedIds()).toEqual([]);
    await answer();
    await expect.poll(committedIds).toEqual(ids);
    const later = emit("three");
    await expect.poll(takenIds).toEqual([...ids, later]);
    expect(committedIds()).toEqual(ids);
    await answer();
    await expect.poll(committedIds).toEqual([...ids, later]);
  });

  it("never tells that something is committed which is in memory alone", async () => {
    const { emit, takenIds, committedIds } = watch();
    const id = emit("one");
    await expect.poll(takenIds).toEqual([id]);
    await setImmediate();
    expect(committedIds()).toEqual([]);
  });
});
