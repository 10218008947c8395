import fc from "fast-check";
import { expect, it } from "vitest";
import { DeliveryError, type DeliveryErrorCode } from "../../src/errors.ts";
import { levels } from "../../src/event.ts";
import type { Flight } from "./support/destination.ts";
import type { Manner } from "./support/manners.ts";
import { type MemberOptions, maxAgeMs, timeoutMs } from "./support/member.ts";
import { patience, runs } from "./support/runs.ts";
import { Sightings } from "./support/sightings.ts";
import { step } from "./support/step.ts";
import { emptyBytes, World } from "./support/world.ts";

const always = () => true;
const open = ({ closed }: World) => !closed;
const slots = [0, 1, 2];

const member: fc.Arbitrary<MemberOptions> = fc.record({
  kept: fc.constant(false),
  callback: fc.boolean(),
  obedient: fc.boolean(),
  maxSize: fc.integer({ min: 1, max: 5 }),
  maxWaitMs: fc.constantFrom(0, 0, 300),
  concurrency: fc.integer({ min: 1, max: 2 }),
  minRank: fc.constantFrom(0, 0, 1),
  queue: fc.record({
    maxEvents: fc.constantFrom(1, 3, 7, 15),
    maxBytes: fc.constantFrom(3 * emptyBytes, 10 * emptyBytes, 100 * emptyBytes),
    overflow: fc.constantFrom("drop-lowest-level", "drop-oldest", "drop-newest"),
  }),
});

/** A callback has no batches. */
const asRegistered = (options: MemberOptions): MemberOptions =>
  options.callback ? { ...options, maxSize: 1, maxWaitMs: 0, obedient: false } : options;

const register = fc.tuple(fc.constantFrom(...slots), member).map(([slot, options]) =>
  step<World>(
    `register ${slot} ${JSON.stringify(options)}`,
    (world) => open(world) && !world.slots.has(slot),
    (world) => world.enlist(slot, asRegistered(options)),
  ),
);

const event = fc.record({ length: fc.nat(600), level: fc.constantFrom(...levels) });
const emit = fc
  .array(event, { minLength: 1, maxLength: 6 })
  .map((burst) =>
    step<World>(`emit ${JSON.stringify(burst)}`, always, (world) => world.emit(burst)),
  );

const tick = fc
  .oneof(
    { arbitrary: fc.nat(400), weight: 6 },
    { arbitrary: fc.nat(4_000), weight: 2 },
    { arbitrary: fc.constantFrom(timeoutMs, timeoutMs + 249, timeoutMs + 250), weight: 1 },
    { arbitrary: fc.constantFrom(maxAgeMs, maxAgeMs + 1, maxAgeMs + 2), weight: 1 },
  )
  .map((ms) => step<World>(`tick ${ms}`, always, () => {}, ms));

const flying = (world: World): readonly Flight[] =>
  [...world.members.values()].flatMap(({ destination }) => destination.unanswered);

const answer = (name: string, act: (flight: Flight) => void) =>
  fc.nat(5).map((which) =>
    step<World>(
      `${name} ${which}`,
      (world) => flying(world).length > 0,
      (world) => {
        const flights = flying(world);
        const flight = flights[which % flights.length];
        if (flight !== undefined) act(flight);
      },
    ),
  );

const codes: readonly DeliveryErrorCode[] = [
  "unavailable",
  "ambiguous",
  "rate-limited",
  "payload",
  "payload",
  "payload",
  "endpoint",
  "config",
  "aborted",
  "unknown",
  "unknown",
];
const failure = fc.record({
  code: fc.constantFrom(...codes),
  retryAfterMs: fc.constantFrom(undefined, undefined, 0, 700, 10_000),
  rejected: fc.constantFrom(undefined, undefined, [0], [2, 0], [-1, 99]),
  resume: fc.constantFrom(undefined, undefined, undefined, 1, "plain"),
});
const accept = answer("accept", (flight) => flight.accept());
const refuse = failure.chain(({ code, ...more }) =>
  answer(`refuse ${code} ${JSON.stringify(more)}`, (flight) =>
    flight.refuse(new DeliveryError(code, "refused by the model", more)),
  ),
);
const crash = answer("throw", (flight) => flight.refuse(new TypeError("not ours")));

const flush = fc
  .nat(4_000)
  .map((ms) => step<World>(`flush within ${ms}`, always, (world) => world.flush(ms)));
const close = fc
  .nat(3_000)
  .map((ms) => step<World>(`close within ${ms}`, open, (world) => world.close(ms)));
const stepWall = fc
  .constantFrom(-31_536_000_000, -3_600_000, -1, 3_600_000, 31_536_000_000)
  .map((ms) => step<World>(`the wall clock steps ${ms}`, always, ({ clock }) => clock.step(ms)));

const unregister = fc
  .tuple(fc.constantFrom(...slots), fc.boolean(), fc.nat(3_000))
  .map(([slot, drain, deadlineMs]) =>
    step<World>(
      `unregister ${slot} ${drain ? `within ${deadlineMs}` : "at once"}`,
      ({ slots: taken }) => taken.has(slot),
      (world) => world.unregister(slot, drain, deadlineMs),
    ),
  );

/** What it is about comes often, what ends it seldom. */
const usual = [
  ...[emit, emit, emit, tick, tick, accept, accept, refuse, refuse, refuse, refuse],
  ...[register, crash, crash, flush],
  fc.nat(3).chain((dice) => (dice === 0 ? unregister : emit)),
  fc.nat(7).chain((dice) => (dice === 0 ? close : tick)),
];
const many = { maxCommands: 60, size: "max" } as const;
const sightings = new Sightings();

const remember = (world: World): void => {
  for (const { books, destination } of world.members.values()) {
    for (const { fate, reason } of books.fates.values()) sightings.see(`${fate} ${reason}`);
    for (const { ids, attempt } of destination.flights) {
      sightings.see(ids.length === 1 ? "one event" : "a batch");
      sightings.see(attempt === 1 ? "first attempt" : "another attempt");
    }
  }
};

const runIn = async (
  world: World,
  members: readonly MemberOptions[],
  steps: Iterable<fc.AsyncCommand<World, World>>,
): Promise<void> => {
  members.forEach((options, slot) => {
    world.enlist(slot, asRegistered(options));
  });
  await fc.asyncModelRun(() => ({ model: world, real: world }), steps);
  await world.end();
  remember(world);
};

it(
  "counts every event once, holds its bounds, and keeps order, batches and reports, whatever destinations do",
  async () => {
    const members = fc.array(member, { minLength: 1, maxLength: 3 });
    const commands = fc.commands([...usual, stepWall], many);
    await fc.assert(
      fc.asyncProperty(members, commands, (first, steps) => runIn(new World(), first, steps)),
      runs(150),
    );
    sightings.expectAll([
      ...["delivered null", "dropped overflow", "dropped closed", "dropped unregistered"],
      ...["dead payload", "dead attempts", "dead expired", "dead failed", "dead deadline"],
      ...["one event", "a batch", "first attempt", "another attempt"],
    ]);
  },
  patience,
);

it(
  "loses nothing to a bound when a durable store keeps what does not fit, however slowly it answers",
  async () => {
    const members = fc.array(member, { minLength: 1, maxLength: 2 });
    const answers = fc.constantFrom<Manner>("at once", "soon", "later");
    const kept = new Sightings();
    await fc.assert(
      fc.asyncProperty(answers, members, fc.commands(usual, many), async (how, first, steps) => {
        const world = new World(how);
        await runIn(world, first, steps);
        for (const { books } of world.members.values())
          for (const { fate, reason } of books.fates.values()) {
            expect(`${fate} ${reason}`).not.toMatch(/^(dropped|moved)/);
            kept.see(fate);
          }
      }),
      runs(100),
    );
    kept.expectAll(["delivered", "dead"]);
  },
  patience,
);
