import { type Environment, loadConfig } from "./config/load.ts";
import { Daemon } from "./daemon.ts";
import { openMonitor } from "./monitor.ts";
import { registerReceivers } from "./receivers.ts";
import { listenForStop } from "./signals.ts";

/** The console's events have stdout to themselves. */
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs as a service, with the receivers that the environment names, until SIGTERM or SIGINT. Answers the exit code. */
export const serve = async (env: Environment): Promise<number> => {
  const config = loadConfig(env);
  const { metrics, closeMs } = config;
  const monitor = openMonitor(config);
  const daemon = new Daemon(config, monitor, (job, error) => say(`${job} failed: ${error}`));
  const stop = listenForStop();
  let ended = true;
  try {
    const { names, metricsUrl } = await registerReceivers(monitor, { env, metrics });
    await daemon.start();
    say(`datasync runs; events go to ${names.join(", ")}; metrics at ${metricsUrl}`);
    say(`${await stop.received}: the batch under way is finished, then what was told is delivered`);
  } finally {
    ended = await daemon.stop();
    const { pending } = await monitor.close({ deadlineMs: closeMs });
    if (pending > 0) say(`closed with ${pending} deliveries open`);
    if (ended) await daemon.close();
    stop.release();
  }
  return ended ? 0 : 1;
};
