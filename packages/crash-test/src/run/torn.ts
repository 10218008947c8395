import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlStore } from "@datasync-monitor/store-sql";
import Database from "libsql";
import { between, pick, type Random, seeded } from "../random.ts";
import { Cycle, type CycleName } from "./cycle.ts";

export interface TornReport {
  readonly name: CycleName;
  readonly committed: number;
  readonly trials: number;
  /** Commits that lay before the damage, and behind where it began, over all trials. */
  readonly kept: number;
  readonly lost: number;
  readonly violations: readonly string[];
}

/** What a loss of power may make of the end of the log: it is not there, or not what was written. */
type Damage = "cut" | "garbage" | "zeros";

interface Commit {
  readonly ids: readonly string[];
  readonly bytes: number;
}

interface Files {
  readonly database: Buffer;
  readonly log: Buffer;
  readonly commits: readonly Commit[];
  readonly emitted: ReadonlySet<string>;
}

/** A process is killed, and the log it leaves is damaged from a random byte on, over and over. */
export const tearLog = async (name: CycleName, trials: number): Promise<TornReport> => {
  const files = await leftBehind(name);
  const random = seeded(name.seed, name.source, name.number, "damage");
  const violations: string[] = [];
  let kept = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    // Behind the header of the log, which is written once.
    const from = between(random, 32, files.log.length);
    kept += files.commits.filter(({ bytes }) => bytes <= from).length;
    const damage = pick(random, ["cut", "garbage", "zeros"] as const);
    const wrong = await tryOut(files, damaged(files.log, damage, from, random), {
      from,
      reopens: trial % 20 === 0,
    });
    violations.push(...wrong.map((text) => `${damage} from byte ${from}: ${text}`));
  }
  const committed = files.commits.reduce((sum, { ids }) => sum + ids.length, 0);
  const lost = trials * files.commits.length - kept;
  return { name, committed, trials, kept, lost, violations };
};

/** The files of a process that was killed before its log was moved into the database for the first time. */
const leftBehind = async (name: CycleName): Promise<Files> => {
  const cycle = new Cycle(name);
  try {
    await cycle.open();
    const life = cycle.start({ events: 150, watchesLog: true });
    await life.said("committed", { matches: ({ count }) => count === 150 });
    await life.kill();
    const { commits, emitted } = cycle.ledger;
    const sizes = commits.map(({ bytes }) => bytes);
    if (sizes.some((bytes, index) => bytes <= (sizes[index - 1] ?? 0)))
      throw new Error("The log began anew: emit less, so that each commit has its place in it.");
    return {
      database: readFileSync(cycle.file),
      log: readFileSync(`${cycle.file}-wal`),
      commits,
      emitted: new Set(emitted.keys()),
    };
  } finally {
    await cycle.end({ keep: false });
  }
};

const damaged = (log: Buffer, damage: Damage, from: number, random: Random): Buffer => {
  if (damage === "cut") return log.subarray(0, from);
  const copy = Buffer.from(log);
  if (damage === "zeros") return copy.fill(0, from);
  for (let at = from; at < copy.length; at += 1) copy[at] = Math.floor(random() * 256);
  return copy;
};

const tryOut = async (
  files: Files,
  log: Buffer,
  { from, reopens }: { readonly from: number; readonly reopens: boolean },
): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), "datasync-torn-"));
  const file = join(folder, "events.db");
  try {
    writeFileSync(file, files.database);
    writeFileSync(`${file}-wal`, log);
    if (reopens) await openAndClose(file);
    return compared(files, idsIn(file), from);
  } catch (error) {
    return [String(error)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const openAndClose = async (file: string): Promise<void> => {
  const store = sqlStore({ file });
  await store.open("oracle");
  await store.backlog();
  await store.close();
};

/** @throws Error when SQLite finds the file damaged. */
const idsIn = (file: string): ReadonlySet<string> => {
  const database = new Database(file);
  try {
    const check = JSON.stringify(database.prepare("pragma integrity_check").get());
    if (!check.includes('"ok"')) throw new Error(`integrity_check: ${check}`);
    const tables = database
      .prepare("select count(*) as n from sqlite_master where name = 'datasync_events'")
      .get() as { readonly n: number };
    if (tables.n === 0) return new Set();
    const rows = database.prepare("select id from datasync_events").all();
    return new Set((rows as { readonly id: string }[]).map(({ id }) => id));
  } finally {
    database.close();
  }
};

/** Before the damage all is there, and no commit is there by halves. */
const compared = (
  { commits, emitted }: Files,
  found: ReadonlySet<string>,
  from: number,
): readonly string[] => [
  ...commits.flatMap(({ ids, bytes }) => {
    const there = ids.filter((id) => found.has(id)).length;
    if (bytes <= from && there < ids.length)
      return [`${ids.length - there} events of the commit that ended at byte ${bytes} are missing`];
    return there > 0 && there < ids.length
      ? [`the commit to byte ${bytes} is there by halves`]
      : [];
  }),
  ...[...found].filter((id) => !emitted.has(id)).map((id) => `never emitted: ${id}`),
];
