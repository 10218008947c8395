import { Writable } from "node:stream";
import type { Condition, Rig } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { type ConsoleOptions, consoleNotifier } from "../src/index.ts";
import { systemError } from "./support.ts";

/** What Node does to `process.stdout`: a write that failed does not end it. */
const outliveError = (stream: Writable): void => {
  const undestroy: unknown = Reflect.get(stream, "_undestroy");
  if (typeof undestroy === "function") undestroy.call(stream);
};

/** A stream whose reader takes text, is gone, has no room, or stands still. */
const rig = (options: ConsoleOptions): Rig => {
  const received: string[] = [];
  let attempts = 0;
  let condition: Condition = "accept";
  let resume = () => {};
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      attempts += 1;
      const take = () => {
        received.push(text);
        done();
      };
      if (condition === "accept") take();
      else if (condition === "hang") resume = take;
      else done(systemError(condition === "endpoint" ? "EPIPE" : "ENOSPC"));
    },
    destroy(error, done) {
      done(error);
      outliveError(stream);
    },
  });
  return {
    notifier: consoleNotifier({ ...options, stream }),
    meet(next) {
      condition = next;
      if (next === "accept") resume();
    },
    received: () => received,
    attempts: () => attempts,
    async close() {
      stream.destroy();
    },
  };
};

const harness = (options: ConsoleOptions) => ({
  rig: () => rig(options),
  cannot: {
    garble: "a stream says that it took the text, or why not; there is no answer to garble",
    "rate-limited": "a stream asks nobody to wait; it takes its time",
    payload: "a stream takes any text",
    config: "a stream asks for no credentials",
    reset: "a stream whose reader leaves says EPIPE: endpoint",
    refuse: "there is nothing to connect to",
    redirect: "a stream leads nowhere else",
    silent: "a stream has no connection to take; one that stands still hangs",
    "half-headers": "a stream calls back once or not at all",
    "half-body": "a stream calls back once or not at all",
    drip: "a stream calls back once or not at all",
  },
  cannotVerify: {
    endpoint: "whether anybody reads shows only when something is written",
    hang: "verify() writes nothing, so there is nothing to wait for",
  },
});

testNotifier("console, JSON", harness({ format: "json" }));
testNotifier("console, pretty", harness({ format: "pretty", color: true }));
