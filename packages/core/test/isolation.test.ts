import { checkBooks, type FakeClock, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import type { Monitor } from "../src/monitor-api.ts";
import { memoryStore } from "../src/store/memory.ts";
import type { EventStore } from "../src/store/store.ts";

const rejections: unknown[] = [];
const keep = (cause: unknown): void => void rejections.push(cause);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", keep);
});
afterEach(() => {
  process.off("unhandledRejection", keep);
});

interface Scene {
  readonly monitor: Monitor;
  readonly clock: FakeClock;
  /** Events that a hook emitted itself. */
  readonly emitted: string[];
}

/** What a hook does with what it is given, in place of its work. */
type Misbehaviour = (scene: Scene, given: readonly unknown[]) => unknown;

const thenable = (then: (ok: () => void, bad: (cause: Error) => void) => void): unknown =>
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  Object.defineProperty({}, "then", { value: then });

/** Tries to change everything in reach. What is frozen throws, and that is not its concern. */
const spoil = (value: unknown, depth = 0): void => {
  if (typeof value !== "object" || value === null || depth > 3) return;
  for (const key of Reflect.ownKeys(value)) {
    const part: unknown = Reflect.get(value, key);
    spoil(part, depth + 1);
    if (typeof part !== "function") Reflect.set(value, key, "spoilt");
  }
  if (Array.isArray(value)) Reflect.set(value, "length", 0);
};

const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  throws: () => {
    throw new Error("no");
  },
  "throws what cannot be read": () => {
    const { proxy, revoke } = Proxy.revocable(new Error("no"), {});
    revoke();
    throw proxy;
  },
  "rejects with undefined": () => Promise.reject(undefined),
  "never settles": () => new Promise(() => {}),
  "settles twice": () =>
    thenable((ok, bad) => {
      ok();
      bad(new Error("no"));
      ok();
    }),
  "answers a thenable that throws": () =>
    thenable(() => {
      throw new Error("no");
    }),
  "ignores its abort": ({ clock }) =>
    new Promise<void>((resolve) => clock.setTimer(60_000, resolve)),
  "changes what it is given": (_, given) => {
    for (const one of given) spoil(one);
  },
  "emits events itself": ({ monitor, emitted }) => {
    if (emitted.length >= 20) return;
    const taken = monitor.emitEvent({ event_type: "service_status", message: "from within" });
    if (taken.ok) emitted.push(taken.event.id);
  },
};

type Run = (...given: unknown[]) => unknown;

/** How a misbehaving hook gets into a monitor. */
interface Hook {
  readonly name: string;
  readonly options?: (run: Run) => Parameters<typeof createMonitor>[0];
  readonly install?: (monitor: Monitor, run: Run) => void;
  /** Part of a store: one that fails is waited for, five seconds at a time, and what it is given is its to use. */
  readonly store?: true;
}

const misbehavioursOf = ({ store }: Hook) =>
  Object.entries(misbehaviours).filter(([name]) => !(store && name === "changes what it is given"));

const asAny = <T>(run: Run): T => run as T;

const storeHook = (name: "open" | "commit" | "claim" | "close"): Hook => ({
  name: `store.${name}`,
  store: true,
  options: (run) => {
    const store: EventStore = { ...plainStore(), [name]: asAny(run) };
    return { store };
  },
});

const plainStore = (): EventStore => {
  const inner = memoryStore();
  return {
    ...{ contract: 1, durable: false },
    open: () => {},
    commit: (group) => inner.commit(group),
    claim: (query) => inner.claim(query),
    renew: (leases, leaseMs, now) => inner.renew(leases, leaseMs, now),
    move: (select, to) => inner.move(select, to),
    events: (query) => inner.events(query),
    deliveries: (query) => inner.deliveries(query),
    aggregate: (query) => inner.aggregate(query),
    backlog: () => inner.backlog(),
    prune: (limits) => inner.prune(limits),
    close: () => {},
  };
};

const notifierHook = (name: "send" | "verify" | "attach" | "close"): Hook => ({
  name: `notifier.${name}`,
  install: (monitor, run) => {
    const notifier = { contract: 1, id: "odd", maxBatchSize: 5, send: () => {} } as const;
    monitor.registerNotifier({ ...notifier, [name]: run });
  },
});

const hooks: readonly Hook[] = [
  notifierHook("send"),
  notifierHook("verify"),
  notifierHook("attach"),
  notifierHook("close"),
  {
    name: "callback",
    install: (monitor, run) => void monitor.registerCallback(run, { name: "odd" }),
  },
  {
    name: "where",
    install: (monitor, run) =>
      void monitor.registerCallback(() => {}, { name: "odd", where: asAny(run) }),
  },
  { name: "observer", install: (monitor, run) => void monitor.observe(run) },
  {
    name: "onProblem",
    options: (run) => ({ onProblem: run }),
    install: (monitor) => {
      monitor.registerCallback(() => Promise.reject(new Error("a problem")), { name: "odd" });
    },
  },
  {
    name: "attachment.attach",
    install: (monitor, run) => void monitor.attach({ id: "odd", attach: asAny(run) }),
  },
  {
    name: "attachment.close",
    install: (monitor, run) =>
      void monitor.attach({ id: "odd", attach: () => {}, close: asAny(run) }),
  },
  storeHook("open"),
  storeHook("commit"),
  storeHook("claim"),
  storeHook("close"),
];

/** Runs a monitor's whole life around one hook that misbehaves, and answers what its neighbours saw. */
const live = async (hook: Hook, misbehave: Misbehaviour) => {
  const clock = fakeClock();
  const emitted: string[] = [];
  let calls = 0;
  const run: Run = (...given) => {
    calls += 1;
    return misbehave({ monitor, clock, emitted }, given);
  };
  const monitor: Monitor = createMonitor({ clock, onProblem: () => {}, ...hook.options?.(run) });
  const neighbour = memoryNotifier({ id: "neighbour" });
  const heard: string[] = [];
  monitor.registerNotifier(neighbour);
  hook.install?.(monitor, run);
  monitor.registerCallback((event) => void heard.push(JSON.stringify(event)), { name: "callback" });
  const said: string[] = [];
  const emit = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      const details = { n, list: [1, { deep: true }] };
      const taken = monitor.emitEvent({ event_type: "health_check", message: "said", details });
      if (taken.ok) said.push(JSON.stringify(taken.event));
    }
  };
  emit(3);
  await clock.advance(hook.store === true ? 12_000 : 0);
  const early = neighbour.events.length;
  const checking = monitor.verify();
  emit(3);
  await clock.advance(12_000);
  await checking;
  checkBooks(monitor.stats());
  const closing = monitor.close({ deadlineMs: 500 });
  let closed = false;
  void closing.then(() => {
    closed = true;
  });
  await clock.advance(1_000);
  const closedInTime = closed;
  await clock.advance(100_000);
  checkBooks(monitor.stats());
  const own = [...new Set([...said.map((text) => JSON.parse(text).id as string), ...emitted])];
  return { neighbour, heard, said, own, early, closedInTime, monitor, calls };
};

describe.each(hooks)("a $name hook", (hook) => {
  it.each(misbehavioursOf(hook))(
    "that %s keeps no neighbour from anything, and its events have their fates",
    async (_, misbehave) => {
      const seen = await live(hook, misbehave);
      const { neighbour, heard, said, own, early, closedInTime, monitor, calls } = seen;
      expect(calls).toBeGreaterThan(0);
      expect(early).toBeGreaterThanOrEqual(3);
      const kept = neighbour.events.map((event) => JSON.stringify(event));
      expect(kept.filter((text) => said.includes(text))).toEqual(said);
      expect(heard.filter((text) => said.includes(text))).toEqual(said);
      expect(neighbour.events.map(({ id }) => id).sort()).toEqual(own.sort());
      expect(closedInTime).toBe(true);
      expect(neighbour.closes).toBe(1);
      for (const { name, pending } of monitor.stats().receivers)
        expect([name, pending]).toEqual([name, 0]);
      expect(rejections).toEqual([]);
    },
  );
});
