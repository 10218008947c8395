import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createMonitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { sqlStore } from "@datasync-monitor/store-sql";
import { memoryNotifier } from "@datasync-monitor/testkit";
import Database from "libsql";
import { describe, expect, it } from "vitest";
import { Cycle } from "../src/run/cycle.ts";
import type { Life } from "../src/run/life.ts";
import { cycle, expectSound, seed } from "./support/run.ts";

/** A process that commits so many events while nobody can be reached, and is killed. */
const leaveBehind = async (one: Cycle, events: number): Promise<Life> => {
  await one.shut();
  const life = one.start({ events });
  await life.said("committed", { matches: ({ count }) => count === events });
  await life.kill();
  return life;
};

const rowsIn = (file: string): string => {
  const database = new Database(file);
  const rows = ["events", "deliveries"].map((table) =>
    database.prepare(`select * from datasync_${table} order by seq`).all(),
  );
  database.close();
  return JSON.stringify(rows);
};

const change = (file: string, statement: string): void => {
  const database = new Database(file);
  database.exec(statement);
  database.close();
};

const damages = [
  "payload = 'no JSON'",
  "payload = replace(payload, 'records', 'recordz')",
  "payload = x'00ff'",
  "payload = ''",
  "checksum = checksum + 1",
];

describe("what happened to others", () => {
  it("rows that cannot be read stop nobody: they die of it, the rest is delivered (pg-boss#492, #535)", async () => {
    const report = await cycle("poison-rows", async (one) => {
      await leaveBehind(one, 60);
      const events = [...one.ledger.emitted.values()].filter(({ poison }) => !poison);
      damages.forEach((damage, index) => {
        const id = events[index * 5]?.id ?? "";
        one.ledger.damaged.add(id);
        change(one.file, `update datasync_events set ${damage} where id = '${id}'`);
      });
    });
    expectSound([report]);
  });

  it("accepted rows and their checksums survive kill after kill (fluent-bit#10952)", async () => {
    const report = await cycle("checksums", async (one) => {
      for (let kills = 0; kills < 3; kills += 1) await leaveBehind(one, 30);
    });
    expectSound([report]);
    expect(report.committed).toBeGreaterThanOrEqual(90);
  });

  it("a restart with wrong options or tables of a newer version leaves the backlog as it is (fluent-bit#2246)", async () => {
    const report = await cycle("bad-config", async (one) => {
      const { file } = one;
      await leaveBehind(one, 30);
      const before = rowsIn(file);
      expect(() => sqlStore({ file, tablePrefix: "not a prefix" })).toThrow("tablePrefix");
      const store = sqlStore({ file });
      expect(() => createMonitor({ store, limits: { historyEvents: -1 } })).toThrow();
      const monitor = createMonitor({ store });
      expect(() =>
        monitor.registerNotifier(webhook({ url: "http://127.0.0.1:1/" }), {
          name: "one",
          retry: { capMs: -1 },
        }),
      ).toThrow();
      await monitor.ready();
      await monitor.close();
      expect(rowsIn(file)).toBe(before);
      change(file, "update datasync_meta set value = '99' where name = 'version'");
      await expect(sqlStore({ file }).open("older")).rejects.toThrow("of version 99");
      expect(rowsIn(file)).toBe(before);
      change(file, "update datasync_meta set value = '1' where name = 'version'");
    });
    expectSound([report]);
  });

  it("an event that was committed and never handed on is delivered by the next process (LanternOps/breeze#4095)", async () => {
    const report = await cycle("never-handed-on", async (one) => {
      // In real time: a store that takes half a second of it has failed where time runs ten times as fast.
      const clock = { epochMs: Date.now(), speed: 1 };
      const life = one.start({ events: 1, clock }, { failpoint: "accept.after:1:kill" });
      await life.ended;
      expect(one.ledger.arrivals).toEqual([]);
      const [event] = [...one.ledger.emitted.values()];
      // The process could not say so any more, and yet it is.
      if (event !== undefined) event.committed = true;
    });
    expectSound([report]);
    expect(report.hits).toEqual(["accept.after"]);
    expect(report.delivered).toBe(4);
  });

  it("a process that is killed in the middle of forgetting what is old is followed by one that opens the store (vector PR#25570)", async () => {
    const report = await cycle("killed-forgetting", async (one) => {
      for (const failpoint of ["prune.before:1:kill", "prune.after:1:kill"]) {
        const life = one.start({ events: 200, historyEvents: 20 }, { failpoint });
        await life.ended;
      }
    });
    expectSound([report]);
    expect(report.hits).toEqual(["prune.before", "prune.after"]);
    expect(report.pruned).toBeGreaterThan(0);
  });

  it("a receiver that is new gets the very next event (svix-webhooks#2191)", async () => {
    const one = new Cycle({ seed, source: "new-receiver", number: 0 });
    const monitor = createMonitor({ store: sqlStore({ file: one.file }) });
    const [first, second] = [memoryNotifier({ id: "first" }), memoryNotifier({ id: "second" })];
    monitor.registerNotifier(first);
    monitor.emitEvent({ event_type: "sync_start", message: "before" });
    await monitor.flush();
    monitor.registerNotifier(second);
    monitor.emitEvent({ event_type: "sync_success", message: "after" });
    await monitor.flush();
    await monitor.close();
    await one.end({ keep: false });
    expect(first.events.map(({ message }) => message)).toEqual(["before", "after"]);
    expect(second.events.map(({ message }) => message)).toEqual(["after"]);
  });
});

/** Of a process and its threads, in milliseconds. */
const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

describe("a store that is damaged (vector#17644)", () => {
  it("and never was one is left alone; the process is idle between tries and ends when it is told to", async () => {
    const one = new Cycle({ seed, source: "not-a-store", number: 0 });
    const text = "name: service\nport: 8080\n".repeat(1_000);
    writeFileSync(one.file, text);
    try {
      await one.open();
      const life = one.start({ events: 30 });
      const up = await life.said("up");
      await life.said("problem", { matches: ({ code }) => code === "store-failed" });
      const before = cpuMs(up?.pid ?? 0);
      await sleep(2_000);
      // 20 s of its own time: tries after 0.5, 1, 2, 4 and 8 s.
      expect(one.ledger.problems.get("store-failed")).toBeLessThanOrEqual(7);
      expect(cpuMs(up?.pid ?? 0) - before).toBeLessThan(1_000);
      life.terminate();
      expect(await life.ended).toEqual({ code: 0, signal: null });
      expect(readFileSync(one.file, "utf8")).toBe(text);
    } finally {
      await one.end({ keep: false });
    }
  });

  it("while it is open is set aside, and the process goes on with a new one", async () => {
    const one = new Cycle({ seed, source: "damaged-store", number: 0 });
    try {
      await leaveBehind(one, 60);
      await one.calm();
      const drained = one.start({ life: "first", events: 0, drains: true });
      await drained.ended;
      const size = statSync(one.file).size;
      const bytes = readFileSync(one.file);
      bytes.fill(0xa5, 4_096, size);
      writeFileSync(one.file, bytes);
      const next = one.start({ life: "next", events: 0, drains: true });
      expect(await next.said("drained")).toBeDefined();
      expect(await next.ended).toEqual({ code: 0, signal: null });
      expect(one.ledger.problems.get("store-failed")).toBeLessThanOrEqual(3);
      const names = readFileSync(join(one.folder, "events.db")).subarray(0, 15).toString();
      expect(names).toBe("SQLite format 3");
    } finally {
      await one.end({ keep: false });
    }
  });
});
