// Events through Postgres: taken, committed, delivered, settled; prints { seconds, p50, p99 } of commits in milliseconds as JSON.
// Arguments: ours or pg-boss, the database's URL, how many.
import { createMonitor } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import PgBoss from "pg-boss";
import { guideEvent } from "../event.ts";
import { percentile } from "../row.ts";

const [how = "", url = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const groupEvents = 256;
const commits: number[] = [];
let startedAt = 0;

const timed = async <T>(work: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const result = await work();
  commits.push(performance.now() - startedAt);
  return result;
};

const ours = async (): Promise<void> => {
  const monitor = createMonitor({ store: sqlStore({ url, tablePrefix: "bench_" }) });
  monitor.registerNotifier({ contract: 1, id: "noop", maxBatchSize: 100, send: () => {} });
  await monitor.ready();
  startedAt = performance.now();
  for (let n = 0; n < total; n += groupEvents) {
    for (let call = 0; call < Math.min(groupEvents, total - n); call += 1)
      monitor.emitEvent(guideEvent());
    await timed(() => monitor.persisted({ deadlineMs: 60_000 }));
  }
  await monitor.flush({ deadlineMs: 60_000 });
  await monitor.close();
};

const pgBoss = async (): Promise<void> => {
  const boss = new PgBoss({ connectionString: url, schema: "bench_pgboss", supervise: false });
  boss.on("error", () => {});
  const name = `noop-${process.pid}`;
  // Processes that begin together deadlock in its set-up; the second attempt is fine.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await boss.start();
      await boss.createQueue(name);
      break;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
  startedAt = performance.now();
  for (let n = 0; n < total; n += groupEvents) {
    const size = Math.min(groupEvents, total - n);
    await timed(() =>
      boss.insert(Array.from({ length: size }, () => ({ name, data: guideEvent() }))),
    );
    for (let done = 0; done < size; ) {
      const jobs = await boss.fetch(name, { batchSize: 100 });
      await boss.complete(
        name,
        jobs.map(({ id }) => id),
      );
      done += jobs.length;
    }
  }
  await boss.stop({ graceful: false });
};

await (how === "ours" ? ours() : pgBoss());
const result = {
  seconds: (performance.now() - startedAt) / 1_000,
  p50: percentile(commits, 0.5),
  p99: percentile(commits, 0.99),
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
