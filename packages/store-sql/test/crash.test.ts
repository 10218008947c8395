import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { eventAt, idOf } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";
import { run } from "./support/program.ts";

let folder: Folder;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = folder.path("events.db");
});

afterEach(() => folder.remove());

/** What is in the file when nobody has it open, and whether SQLite finds it whole. */
const stored = async () => {
  const store = sqlStore({ file });
  await store.open("after");
  const ids = new Set<string>();
  let cursor: string | null | undefined;
  do {
    const page = await store.events({ limit: 1_000, cursor: cursor ?? undefined });
    for (const { id } of page.rows) ids.add(id);
    cursor = page.cursor;
  } while (cursor !== null);
  const [backlog] = await store.backlog();
  const { types } = await store.aggregate({
    types: ["sync_success"],
    since: 0,
    until: Date.now(),
    metrics: [],
  });
  await store.close();
  const database = new Database(file);
  const check = database.prepare("pragma integrity_check").get();
  database.close();
  return { ids, check, pending: backlog?.pending ?? 0, counted: types.sync_success?.count ?? 0 };
};

/** Commits groups of five without end, and says of each when it is committed. */
const committing = (from: number) => `
  const store = sqlStore({ file: ${JSON.stringify(file)} });
  await store.open("child");
  for (let n = ${from}; ; n += 5) {
    await commit(store, [n, n + 1, n + 2, n + 3, n + 4]);
    say("committed", n);
  }
`;

describe("a process that is killed", () => {
  it("loses nothing that was committed, and nothing by halves, however often", async () => {
    const committed = new Set<number>();
    for (const round of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const { child, line, ended } = run(committing(round * 100_000));
      // Somewhere within a later commit.
      await line(`committed ${round * 100_000 + 5 * round}`);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      child.kill("SIGKILL");
      for (const text of (await ended).printed) {
        const n = /^committed (\d+)$/.exec(text)?.[1];
        if (n !== undefined) committed.add(Number(n));
      }
    }
    const { ids, check, pending, counted } = await stored();
    expect(check).toMatchObject({ integrity_check: "ok" });
    expect(committed.size).toBeGreaterThan(30);
    const lost = [...committed].flatMap((n) =>
      [n, n + 1, n + 2, n + 3, n + 4].filter((one) => !ids.has(idOf(one))),
    );
    expect(lost).toEqual([]);
    // At most one group of each round was committed and not told of.
    expect(ids.size % 5).toBe(0);
    expect(ids.size / 5 - committed.size).toBeLessThanOrEqual(8);
    expect([pending, counted]).toEqual([ids.size, ids.size]);
  });
});

const strace = spawnSync("strace", ["-V"]).status === 0;

/** Runs a test where system calls can be watched and delayed; says why not elsewhere. */
const withStrace = (name: string, test: () => Promise<void>) =>
  it(name, async ({ skip, task }) => {
    if (strace) return test();
    const reason = "strace is not installed";
    Object.assign(task.meta, { skipped_because: reason });
    skip(reason);
  });

const commits = 20;

const syncsOf = async (durability: string) => {
  const trace = folder.path("trace");
  const { ended } = run(
    `
    const store = sqlStore({ file: ${JSON.stringify(file)}, durability: "${durability}" });
    await store.open("child");
    say("begin");
    for (let n = 0; n < ${commits}; n += 1) await commit(store, [n]);
    say("end");
    process.kill(process.pid, "SIGKILL");
    `,
    ["strace", "-f", "-qq", "-o", trace, "-e", "trace=fsync,fdatasync,write", "-e", "signal=none"],
  );
  const { printed } = await ended;
  expect(printed).toContain("end");
  const lines = readFileSync(trace, "utf8").split("\n");
  const mark = (word: string) => lines.findIndex((text) => text.includes(`"${word}\\n"`));
  return lines.slice(mark("begin"), mark("end")).filter((text) => /\bf(data)?sync\(/.test(text))
    .length;
};

describe("durability", () => {
  withStrace('"full" syncs every commit, "relaxed" none of a few', async () => {
    expect(await syncsOf("full")).toBeGreaterThanOrEqual(commits);
    execFileSync("rm", ["-f", file, `${file}-wal`, `${file}-shm`]);
    expect(await syncsOf("relaxed")).toBeLessThan(commits / 2);
  });

  withStrace("never waits for the disk on the main thread", async () => {
    const trace = folder.path("trace");
    const { ended } = run(
      `
      const store = sqlStore({ file: ${JSON.stringify(file)} });
      await store.open("child");
      for (let n = 0; n < ${commits}; n += 1) await commit(store, [n]);
      say("process", process.pid);
      process.kill(process.pid, "SIGKILL");
      `,
      ["strace", "-f", "-qq", "-o", trace, "-e", "trace=fsync,fdatasync", "-e", "signal=none"],
    );
    const { printed } = await ended;
    const [pid = ""] = printed.flatMap((line) => /^process (\d+)$/.exec(line)?.[1] ?? []);
    // Each line begins with the thread's number, which of the main thread is the process's.
    const threads = readFileSync(trace, "utf8")
      .split("\n")
      .flatMap((line) => /^(\d+) +f(?:data)?sync\(/.exec(line)?.[1] ?? []);
    expect(threads.length).toBeGreaterThanOrEqual(commits);
    expect(threads).not.toContain(pid);
  });
});

describe("processes that share a file", () => {
  it("claim every delivery once between them", async () => {
    const store = sqlStore({ file });
    await store.open("parent");
    for (let from = 0; from < 2_000; from += 250) {
      const accepted = Array.from({ length: 250 }, (_, n) => ({
        event: eventAt(from + n),
        receivers: ["a"],
      }));
      await store.commit({ now: Date.now(), leaseMs: 0, accepted, outcomes: [] });
    }
    await store.close();
    const claiming = `
      const store = sqlStore({ file: ${JSON.stringify(file)} });
      const query = { receiver: "a", limit: 20, maxBytes: 2 ** 30, leaseMs: 600_000 };
      for (;;) {
        const rows = await store.claim({ ...query, now: Date.now() });
        if (rows.length === 0) break;
        say("claimed", rows.map((row) => parseInt(row.event_id.slice(-12), 16)).join(" "));
      }
      await store.close();
    `;
    const children = [run(claiming), run(claiming), run(claiming)];
    const ends = await Promise.all(children.map(({ ended }) => ended));
    const claimed = ends.flatMap(({ printed }) =>
      printed.flatMap((line) => line.replace("claimed ", "").split(" ").map(Number)),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(claimed.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 2_000 }, (_, n) => n),
    );
  });
});

describe("a file that another process has locked", () => {
  it("is waited for without holding up the event loop", async () => {
    const { child, line, ended } = run(`
      import { createRequire } from "node:module";
      const Database = createRequire(${JSON.stringify(import.meta.filename)})("libsql");
      const store = sqlStore({ file: ${JSON.stringify(file)} });
      await store.open("child");
      const database = new Database(${JSON.stringify(file)});
      database.exec("begin immediate");
      process.on("SIGUSR2", () => { database.exec("commit"); say("unlocked"); });
      say("locked");
      setInterval(() => {}, 60_000);
    `);
    await line("locked");
    const store = sqlStore({ file });
    // Only this event loop has the lock lifted: one that is held up waits in vain.
    let isUnlocked = false;
    setTimeout(() => {
      isUnlocked = child.kill("SIGUSR2");
    }, 50);
    await Promise.resolve(store.open("parent")).catch(() => {}); // a busy machine may take its time to unlock
    expect(isUnlocked).toBe(true);
    await line("unlocked");
    await store.open("parent");
    await store.close();
    child.kill("SIGKILL");
    await ended;
  });
});
