import { setTimeout } from "node:timers/promises";
import { ConfigError, createMonitor, type Monitor } from "@datasync-monitor/core";
import { openChannels } from "./channels.ts";
import { forge } from "./forgery.ts";
import { type Emitted, report } from "./report.ts";
import { openReceivingServer } from "./server.ts";
import { story } from "./story.ts";

const pauseMs = 100;
const settleMs = 15_000;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const emitAll = async (monitor: Monitor): Promise<readonly Emitted[]> => {
  const emitted: Emitted[] = [];
  for (const { event, reaches } of story) {
    const result = monitor.emitEvent(event);
    if (!result.ok) throw new Error(`${event.event_type} was refused: ${result.problem}`);
    emitted.push({ event: result.event, reaches });
    await setTimeout(pauseMs);
  }
  return emitted;
};

const main = async (): Promise<boolean> => {
  // A variable that is set to nothing counts as not set.
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const server =
    env.WEBHOOK_URL === undefined
      ? await openReceivingServer((text) => print(`the receiving server ${text}`))
      : undefined;
  const channels = await openChannels(env, server);
  const monitor = createMonitor({
    service: "datasync",
    onProblem: ({ receiver, message }) => print(`${receiver ?? "the monitor"}: ${message}`),
  });
  try {
    for (const { name, notifier, options } of channels) {
      monitor.registerNotifier(notifier, { ...options, name });
    }
    const emitted = await emitAll(monitor);
    await monitor.flush({ deadlineMs: settleMs });
    if (server !== undefined) await forge(server.url);
    return await report({ monitor, channels, server, emitted }, print);
  } finally {
    await monitor.close({ deadlineMs: 1_000 });
    await Promise.all(channels.map((channel) => channel.close()));
    await server?.close();
  }
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(ConfigError.is(error) ? error.message : error);
  process.exit(1); // what was opened before is not waited for
}
