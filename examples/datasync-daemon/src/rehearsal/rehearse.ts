import type { Environment } from "../config/load.ts";
import { Daemon } from "../daemon.ts";
import { openMonitor } from "../monitor.ts";
import { registerReceivers } from "../receivers.ts";
import { Market } from "../sample/market.ts";
import { listenForStop, type StopSignal } from "../signals.ts";
import { compareData } from "./data.ts";
import { Progress } from "./progress.ts";
import { report } from "./report.ts";
import { type Later, openScene } from "./scene.ts";
import { playStory, type Stage } from "./story.ts";
import { Witness } from "./witness.ts";

/** In each of two tables. */
const rows = 50_000;
const seed = 20_250_829;
const settleMs = 20_000;

/** Keeps what the console receiver prints: a terminal would be full of it. */
const capture = () => {
  const printed: string[] = [];
  const write = (text: string, done: () => void): void => {
    printed.push(text);
    done();
  };
  return { stream: { write }, printed: (): readonly string[] => printed };
};

/** Plays the story to its end, which is a SIGTERM; false when a signal came before. */
const play = async (stage: Omit<Stage, "witness">, stop: StopSignal): Promise<boolean> => {
  const interrupted = new AbortController();
  void stop.received.then(() => interrupted.abort());
  try {
    await playStory({ ...stage, witness: new Witness(stage.monitor, interrupted.signal) });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return false;
  }
  await stop.received;
  return true;
};

const perform = async (env: Environment, stop: StopSignal, later: Later): Promise<number> => {
  const progress = new Progress({ color: process.stdout.isTTY && !env.NO_COLOR });
  const say = (text: string): void => progress.say("story", text);
  const { config, volume, standIns } = await openScene(env, later);
  const monitor = openMonitor(config, ({ receiver, message }) =>
    progress.say("problem", `${receiver ?? "monitor"}: ${message}`),
  );
  later(() => monitor.close({ deadlineMs: 1_000 }));
  const daemon = new Daemon(config, monitor);
  later(() => daemon.close());
  later(() => daemon.stop());
  const { stream, printed } = capture();
  const { metrics } = config;
  const receivers = await registerReceivers(monitor, { env: standIns.env, metrics, stream });
  monitor.observe((signal) => {
    if (signal.kind === "taken") progress.tell(signal.event);
  });

  say(
    `makes a source of ${2 * rows} rows from a seed; the target is ${env.DATABASE_URL ? "Postgres" : "SQLite"}`,
  );
  const market = await Market.open(daemon.source, { rows, seed });
  if (!(await play({ config, monitor, daemon, market, volume, say }, stop))) {
    say("interrupted: it closes without a report");
    return 130;
  }
  await daemon.stop();
  say("the daemon has finished its batch and stopped; what still waits is delivered");
  await monitor.flush({ deadlineMs: settleMs });
  const since = Date.now() - config.cleanup.retentionMs;
  const isWhole = await report({
    monitor,
    progress,
    receivers: receivers.names,
    arrived: new Map([["console", printed], ...standIns.arrived]),
    scraped: await (await fetch(receivers.metricsUrl)).text(),
    data: await compareData(daemon.source, daemon.target, since),
  });
  return isWhole ? 0 : 1;
};

/** The scripted run: the daemon with all six receivers, and everything that befalls it. Answers the exit code. */
export const rehearse = async (env: Environment): Promise<number> => {
  const stop = listenForStop();
  const steps: (() => Promise<unknown>)[] = [];
  try {
    return await perform(env, stop, (step) => steps.unshift(step));
  } finally {
    for (const step of steps) {
      await step().catch((error: unknown) => console.error("could not be undone:", error));
    }
    stop.release();
  }
};
