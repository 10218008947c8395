import pg from "pg";
import { program } from "../program.ts";
import { median, type Row, told } from "../row.ts";

interface Run {
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

const total = 10_000;
const rounds = 3;
const url = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";

const query = async (text: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const cleanUp = async (): Promise<void> => {
  const tables = ["meta", "events", "deliveries", "hours", "latest"].map((name) => `bench_${name}`);
  await query(`drop table if exists ${tables.join(", ")}`);
  await query("drop schema if exists bench_pgboss cascade");
};

const together = async (how: string, processes: number): Promise<Run> => {
  const count = String(Math.floor(total / processes));
  const runs = await Promise.all(
    Array.from(
      { length: processes },
      async () => JSON.parse(await program("postgres", [how, url, count])) as Run,
    ),
  );
  return {
    seconds: Math.max(...runs.map(({ seconds }) => seconds)),
    p50: median(runs.map(({ p50 }) => p50)),
    p99: Math.max(...runs.map(({ p99 }) => p99)),
  };
};

const show = ({ seconds, p50, p99 }: Run): string =>
  `${Math.round(total / seconds).toLocaleString("en")}/s, commit p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

const middle = (runs: readonly Run[]): Run => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  p50: median(runs.map(({ p50 }) => p50)),
  p99: median(runs.map(({ p99 }) => p99)),
});

/** Taken, committed, delivered and settled on Postgres by 1, 2 and 4 processes, beside pg-boss with the same events in the same groups. */
export const postgresRows = async (): Promise<readonly Row[]> => {
  try {
    await query("select 1");
  } catch {
    console.log(`postgres: no rows, for nothing answers at DATABASE_URL or ${new URL(url).host}`);
    return [];
  }
  const rows: Row[] = [];
  for (const processes of [1, 2, 4]) {
    const ours: Run[] = [];
    const peer: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await cleanUp();
      ours.push(await together("ours", processes));
      peer.push(await together("pg-boss", processes));
    }
    const [us, them] = [middle(ours), middle(peer)];
    rows.push(
      told({
        row: `postgres-${processes}-process${processes > 1 ? "es" : ""}`,
        ours: show(us),
        peer: `pg-boss ${show(them)}`,
        ratio: them.seconds / us.seconds,
      }),
    );
  }
  await cleanUp();
  return rows;
};
