import { say } from "./say.ts";

const modes = ["kill", "stop", "throw", "hang"] as const;
type Mode = (typeof modes)[number];

/** A moment in the life of the child at which something happens to it. */
export interface Failpoints {
  /** Comes back at once, unless this is the moment. */
  reach(name: string): void | Promise<void>;
}

const nowhere: Failpoints = { reach: () => {} };

/**
 * What `FAILPOINT=<name>:<n>:<mode>` says: at the n-th time that the named moment is reached the
 * process is killed, or is stopped, or the call fails, or it never comes back.
 */
export const failpoints = (text: string | undefined): Failpoints => {
  if (text === undefined || text === "") return nowhere;
  const [name, count, word] = text.split(":");
  const mode = modes.find((one) => one === word);
  if (mode === undefined || !(Number(count) > 0))
    throw new Error(`FAILPOINT is "${text}", not "<name>:<n>:${modes.join("|")}".`);
  let left = Number(count);
  return {
    reach(reached) {
      if (reached !== name) return;
      left -= 1;
      if (left === 0) return happen(name, mode);
    },
  };
};

const happen = (name: string, mode: Mode): void | Promise<void> => {
  say({ kind: "failpoint", name });
  switch (mode) {
    case "kill":
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => {});
    case "stop":
      process.kill(process.pid, "SIGSTOP");
      return;
    case "throw":
      throw new Error(`The failpoint ${name} was reached.`);
    case "hang":
      return new Promise(() => {});
  }
};
