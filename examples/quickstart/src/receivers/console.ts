import { type ConsoleStream, consoleNotifier } from "@datasync-monitor/notifier-console";
import type { Receiver } from "./receiver.ts";

/** Where the console's events go, and what can be seen there. */
export interface Screen {
  readonly stream: ConsoleStream;
  readonly arrived: Receiver["arrived"];
}

const loud = /^\S+ \S+ \S+ (WARNING|ERROR|CRITICAL) (.*)/;

/** Keeps events in full, so that the terminal stays readable; `say` hears the headlines that matter. */
export const keptScreen = (say: (headline: string) => void): Screen => {
  let printed = "";
  let unheard = "";
  const hear = (line: string): void => {
    const [, level, headline] = loud.exec(line) ?? [];
    if (level !== undefined) say(`${level} ${headline}`);
  };
  return {
    stream: {
      write(text, done) {
        printed += text;
        const lines = (unheard + text).split("\n");
        unheard = lines.pop() ?? "";
        for (const line of lines) hear(line);
        done();
      },
    },
    // Only a headline begins at the left edge.
    arrived: () => printed.split(/\n(?=\S)/).map((shown) => ({ shown, parts: [shown] })),
  };
};

/** Every event, in full. */
export const consoleReceiver = ({ stream, arrived }: Screen): Receiver => ({
  notifier: consoleNotifier({ stream, format: "pretty", color: false }),
  options: {},
  standIn: undefined,
  standInEnv: {},
  arrived,
  close: async () => {},
});
