import { createHook } from "node:async_hooks";

/** What a notifier can leave open, by the name that async_hooks has for it. */
const kinds: Readonly<Record<string, string>> = {
  TCPWRAP: "a socket",
  TLSWRAP: "a TLS socket",
  PIPEWRAP: "a pipe",
  UDPWRAP: "a UDP socket",
  TCPSERVERWRAP: "a server",
  PROCESSWRAP: "a child process",
  WORKER: "a worker",
  FSEVENTWRAP: "a file watcher",
  STATWATCHER: "a file watcher",
  Timeout: "a timer",
};

const isUnref = (resource: object): boolean =>
  "hasRef" in resource && typeof resource.hasRef === "function" && resource.hasRef() === false;

export interface ResourceWatch {
  /** What was opened since and is open still. Unref'd timers do not count: they hold nothing. */
  open(): readonly string[];
  stop(): void;
}

/** Notes every socket, timer and the like that is opened from now on, by whomever. */
export const watchResources = (): ResourceWatch => {
  const alive = new Map<number, { readonly kind: string; readonly resource: object }>();
  const hook = createHook({
    init(id, type, _trigger, resource) {
      const kind = kinds[type];
      if (kind !== undefined) alive.set(id, { kind, resource });
    },
    destroy(id) {
      alive.delete(id);
    },
  }).enable();
  return {
    open: () =>
      [...alive.values()]
        .filter(({ kind, resource }) => kind !== kinds.Timeout || !isUnref(resource))
        .map(({ kind }) => kind),
    stop: () => {
      hook.disable();
    },
  };
};
