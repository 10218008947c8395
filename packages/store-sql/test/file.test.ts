import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { EventStore } from "@datasync-monitor/core";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { eventAt, messagesOf, take } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

let folder: Folder;
let file: string;
let stores: EventStore[];

beforeEach(() => {
  folder = temporaryFolder();
  file = folder.path("events.db");
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  folder.remove();
});

const opened = async (options: Partial<Parameters<typeof sqlStore>[0]> = {}) => {
  const store = sqlStore({ file, ...options });
  stores.push(store);
  await store.open("test");
  return store;
};

const names = () => readdirSync(folder.path(".")).sort();

describe("the file", () => {
  it("and what stands beside it can be read by their owner alone", async () => {
    const store = await opened();
    await take(store, 1);
    const modes = names().map((name) => [
      name,
      (statSync(folder.path(name)).mode & 0o777).toString(8),
    ]);
    expect(modes).toEqual([
      ["events.db", "600"],
      ["events.db-shm", "600"],
      ["events.db-wal", "600"],
    ]);
  });

  it("keeps the mode it has when it is there already", async () => {
    closeSync(openSync(file, "a", 0o640));
    const mode = statSync(file).mode;
    await opened();
    expect(statSync(file).mode).toBe(mode);
  });

  it("is in WAL mode, and whole by itself after close()", async () => {
    const store = await opened();
    await take(store, 1, 2);
    await store.close();
    expect(existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0).toBe(0);
    const copy = folder.path("copy.db");
    writeFileSync(copy, readFileSync(file));
    const database = new Database(copy);
    expect(database.prepare("pragma journal_mode").get()).toMatchObject({ journal_mode: "wal" });
    expect(database.prepare("select count(*) as n from datasync_events").get()).toMatchObject({
      n: 2,
    });
    database.close();
  });

  it("is made in no folder that is not there, and the error says what to do", async () => {
    const store = sqlStore({ file: folder.path("missing/events.db") });
    await expect(store.open("test")).rejects.toThrow(
      expect.objectContaining({
        name: "SqlStoreError",
        message: expect.stringContaining("check that its folder exists"),
      }),
    );
    expect(names()).toEqual([]);
  });

  it("can be opened once its folder is there", async () => {
    file = folder.path("late/events.db");
    const store = sqlStore({ file });
    stores.push(store);
    await expect(store.open("test")).rejects.toThrow("cannot be opened");
    mkdirSync(folder.path("late"));
    await store.open("test");
    await take(store, 1);
    expect(await messagesOf(store)).toEqual(["event 1"]);
  });

  it("is not opened before the store is asked for something, nor after it is closed", async () => {
    const store = sqlStore({ file });
    expect(names()).toEqual([]);
    await store.close();
    await expect(store.events({})).rejects.toThrow("The store is closed.");
    expect(names()).toEqual([]);
  });
});

describe("a file that is not the store's", () => {
  it("is refused and left as it is", async () => {
    const text = "name: service\nport: 8080\n".repeat(100);
    writeFileSync(file, text);
    const store = sqlStore({ file });
    await expect(store.open("test")).rejects.toThrow("`file` is not a SQLite database");
    await expect(store.open("test")).rejects.toThrow("`file` is not a SQLite database");
    expect(names()).toEqual(["events.db"]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("is refused when it writes text in another encoding, before a row is in it", async () => {
    const database = new Database(file);
    database.exec("pragma encoding = 'UTF-16le'; create table orders (id integer)");
    database.close();
    await expect(opened()).rejects.toMatchObject({ code: "encoding" });
    await expect(opened()).rejects.toThrow("The SQLite database must be of encoding UTF-8");
    const tables = new Database(file).prepare("select name from sqlite_master").all();
    expect(tables).toEqual([{ name: "orders" }]);
  });
});

/** Overwrites pages with garbage. */
const spoil = (from: number, to: number): void => {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.alloc(to - from, 0xab), 0, to - from, from);
  closeSync(descriptor);
};

const filled = async () => {
  const store = sqlStore({ file });
  await store.open("test");
  for (let group = 0; group < 4; group += 1) {
    const events = Array.from({ length: 50 }, (_, n) => eventAt(group * 50 + n));
    await store.commit({
      now: Date.now(),
      leaseMs: 0,
      accepted: events.map((event) => ({ event, receivers: ["a"] })),
      outcomes: [],
    });
  }
  await store.close();
};

describe("a file that is damaged", () => {
  it.each([
    ["its header", 0, 100],
    ["its first page", 100, 4_096],
    ["every page but the first", 4_096, 65_536],
  ])(
    "in %s is moved aside with an error that says so, and a new one begins",
    async (_part, from, to) => {
      await filled();
      spoil(from, to);
      const store = sqlStore({ file });
      stores.push(store);
      const use = async () => {
        await store.open("test");
        await messagesOf(store);
      };
      await expect(use()).rejects.toThrow(
        /^The store's file is damaged\. It was moved to .*events\.db\.corrupt-\d{8}T\d{9}Z, and a new one begins\./,
      );
      await use();
      await take(store, 1);
      expect(await messagesOf(store)).toEqual(["event 1"]);
      const aside = names().filter((name) => /^events\.db\.corrupt-\w+$/.test(name));
      expect(aside).toHaveLength(1);
      const kept = readFileSync(folder.path(aside[0] ?? ""));
      expect(kept.subarray(from, from + 8)).toEqual(Buffer.alloc(8, 0xab));
    },
  );

  it("takes along what was committed and not moved into it yet", async () => {
    await filled();
    const store = await opened();
    await take(store, 1_001);
    spoil(8_192, 65_536);
    const other = sqlStore({ file });
    stores.push(other);
    await expect(messagesOf(other)).rejects.toThrow("The store's file is damaged.");
    const aside = names().filter((name) => name.includes(".corrupt-"));
    expect(aside.map((name) => name.replace(/\d{8}T\d{9}Z/, "*"))).toEqual([
      "events.db.corrupt-*",
      "events.db.corrupt-*-shm",
      "events.db.corrupt-*-wal",
    ]);
  });

  it("again stays where it is: files are not moved for ever", async () => {
    await filled();
    const store = sqlStore({ file });
    stores.push(store);
    spoil(0, 100);
    await expect(store.open("test")).rejects.toThrow("It was moved to");
    await take(store, ...Array.from({ length: 100 }, (_, n) => n));
    // What another process writes has the store read again what it knew.
    const database = new Database(file);
    database.exec("delete from datasync_meta where name = 'opened_by'");
    database.exec("pragma wal_checkpoint(truncate)");
    database.close();
    spoil(4_096, 65_536);
    const before = names().filter((name) => name.includes("corrupt"));
    await expect(messagesOf(store)).rejects.toThrow("damaged again");
    await expect(messagesOf(store)).rejects.toThrow("damaged again");
    expect(names().filter((name) => name.includes("corrupt"))).toEqual(before);
  });
});

describe("a file that is moved away while it is open", () => {
  it("is noticed by the next call, and the one after goes on with a new file", async () => {
    const store = await opened();
    await take(store, 1);
    renameSync(file, folder.path("backup.db"));
    await expect(take(store, 2)).rejects.toThrow("was moved or deleted while it was open");
    await take(store, 2);
    expect(await messagesOf(store)).toEqual(["event 2"]);
  });
});
