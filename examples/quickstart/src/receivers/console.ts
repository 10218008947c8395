import { consoleNotifier } from "@datasync-monitor/notifier-console";
import type { Receiver } from "./receiver.ts";

const loud = /^\S+ \S+ \S+ (WARNING|ERROR|CRITICAL) (.*)/;

/** Events in full go to a buffer, so that the terminal stays readable; `say` hears the headlines that matter. */
export const consoleReceiver = (say: (headline: string) => void): Receiver => {
  let printed = "";
  const stream = {
    write(text: string, done: () => void) {
      printed += text;
      for (const line of text.split("\n")) {
        const [, level, headline] = loud.exec(line) ?? [];
        if (level !== undefined) say(`${level} ${headline}`);
      }
      done();
    },
  };
  return {
    notifier: consoleNotifier({ stream, format: "pretty", color: false }),
    options: {},
    standIn: undefined,
    // Only a headline begins at the left edge.
    arrived: () => printed.split(/\n(?=\S)/).map((shown) => ({ shown, parts: [shown] })),
    close: async () => {},
  };
};
