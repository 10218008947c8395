import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Lifeworld } from "./support/lifeworld.ts";
import { manner } from "./support/manners.ts";
import { patience, runs } from "./support/runs.ts";

type Command = fc.AsyncCommand<Lifeworld, Lifeworld>;

/** Does something, and waits for nothing: what follows may come in the same turn. */
const act = (
  name: string,
  check: (world: Lifeworld) => boolean,
  run: (world: Lifeworld) => unknown,
): Command => ({
  check,
  run: async (world) => {
    await run(world);
    world.check();
  },
  toString: () => name,
});

const always = () => true;
const open = ({ closed }: Lifeworld) => !closed;
const deadline = fc.constantFrom(0, 30, 600);

const store = fc.option(
  fc.record({
    durable: fc.boolean(),
    open: manner,
    commit: manner,
    claim: manner,
    read: manner,
    prune: manner,
    close: manner,
  }),
);
const hooks = fc.record({
  send: manner,
  attach: manner,
  verify: manner,
  close: manner,
  where: manner,
});

const register = fc
  .tuple(hooks, fc.boolean())
  .map(([manners, callback]) =>
    act(
      `register ${callback ? "callback" : "notifier"} ${JSON.stringify(manners)}`,
      open,
      (world) => world.register(manners, callback),
    ),
  );
const attach = fc
  .tuple(manner, manner)
  .map(([attaches, closes]) =>
    act(`attach ${attaches}, close ${closes}`, open, (world) => world.attach(attaches, closes)),
  );
const unregister = fc.tuple(fc.nat(5), fc.boolean(), deadline).map(([which, drain, deadlineMs]) =>
  act(
    `unregister ${which} ${drain ? `within ${deadlineMs}` : "at once"}`,
    ({ registrations }) => registrations.length > 0,
    (world) => world.unregister(which, drain, deadlineMs),
  ),
);
const emit = fc.integer({ min: 1, max: 20 }).map((count) =>
  act(`emit ${count}`, always, ({ monitor }) => {
    for (let n = 0; n < count; n += 1)
      monitor.emitEvent({ event_type: "health_check", message: "x" });
  }),
);
const questions = [
  ...["flush", "persisted", "ready", "verify", "getDeliveries", "status", "replay", "sendTest"],
] as readonly (keyof Lifeworld["questions"])[];
const ask = fc
  .constantFrom(...questions)
  .map((question) => act(question, always, (world) => world.questions[question]()));
const close = deadline.map((ms) => act(`close within ${ms}`, always, (world) => world.close(ms)));
const microtask = fc.constant(act("microtask", always, () => Promise.resolve()));
const nextTurn = fc.constant(act("turn", always, () => turn()));
const tick = fc
  .constantFrom(0, 10, 40, 200, 1_000, 6_000)
  .map((ms) => act(`tick ${ms}`, always, (world) => world.pass(ms)));

const commands = fc.commands(
  [
    ...[
      register,
      register,
      attach,
      emit,
      emit,
      ask,
      ask,
      unregister,
      microtask,
      nextTurn,
      tick,
      tick,
    ],
    fc.nat(4).chain((dice) => (dice === 0 ? close : emit)),
  ],
  { maxCommands: 40, size: "max" },
);

const heldTimers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

it(
  "answers every call in its time and leaves nothing behind, whatever hangs, throws or comes at once",
  async () => {
    const before = heldTimers();
    const listeners = process.listenerCount("beforeExit");
    await fc.assert(
      fc.asyncProperty(store, commands, async (manners, steps) => {
        const world = new Lifeworld(manners ?? undefined);
        await fc.asyncModelRun(() => ({ model: world, real: world }), steps);
        await world.end();
        expect(heldTimers()).toBeLessThanOrEqual(before + 1); // this run's own time limit
        expect(process.listenerCount("beforeExit")).toBe(listeners);
      }),
      runs(150),
    );
  },
  patience,
);
