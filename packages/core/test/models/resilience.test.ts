import fc from "fast-check";
import { it } from "vitest";
import { DeliveryError, type DeliveryErrorCode } from "../../src/errors.ts";
import type { Flight } from "./support/destination.ts";
import { Neighbours, type NeighboursOptions, timeoutMs } from "./support/neighbours.ts";
import { patience, runs } from "./support/runs.ts";
import { Sightings } from "./support/sightings.ts";
import { step } from "./support/step.ts";

const always = () => true;

const limit = fc.record({
  max: fc.integer({ min: 1, max: 3 }),
  perMs: fc.constantFrom(100, 700, 1_500),
});
const options: fc.Arbitrary<NeighboursOptions> = fc.record({
  obedient: fc.boolean(),
  concurrency: fc.integer({ min: 1, max: 3 }),
  limits: fc.array(limit, { maxLength: 2 }),
  breaker: fc.record({
    failures: fc.integer({ min: 1, max: 3 }),
    cooldownMs: fc.constantFrom(100, 1_000),
  }),
});

const emit = fc
  .record({ which: fc.nat(1), count: fc.integer({ min: 1, max: 5 }) })
  .map(({ which, count }) =>
    step<Neighbours>(`emit ${count} in ${which}`, always, (world) => world.emit(which, count)),
  );

const tick = fc
  .oneof(
    { arbitrary: fc.nat(200), weight: 5 },
    { arbitrary: fc.nat(1_500), weight: 3 },
    { arbitrary: fc.constantFrom(timeoutMs, timeoutMs + 249, timeoutMs + 250), weight: 2 },
    { arbitrary: fc.constantFrom(40_000), weight: 1 },
  )
  .map((ms) => step<Neighbours>(`tick ${ms}`, always, () => {}, ms));

const stepWall = fc
  .constantFrom(-31_536_000_000, -1_000, 1_000, 31_536_000_000)
  .map((ms) =>
    step<Neighbours>(`the wall clock steps ${ms}`, always, ({ clock }) => clock.step(ms)),
  );

/** Any that flies, one given up long ago too: its answer is late. */
const answer = (name: string, act: (flight: Flight) => void) =>
  fc.nat(3).map((which) =>
    step<Neighbours>(
      `${name} ${which}`,
      ({ destination }) => destination.unanswered.length > 0,
      ({ destination }) => {
        const { unanswered } = destination;
        const flight = unanswered[which % unanswered.length];
        if (flight !== undefined) act(flight);
      },
    ),
  );

const codes: readonly DeliveryErrorCode[] = [
  "unavailable",
  "unavailable",
  "ambiguous",
  "rate-limited",
  "payload",
  "endpoint",
  "config",
  "aborted",
  "unknown",
];
const refuse = fc
  .record({
    code: fc.constantFrom(...codes),
    retryAfterMs: fc.constantFrom(undefined, 0, 900, 1_000_000),
  })
  .chain(({ code, retryAfterMs }) =>
    answer(`refuse ${code} ${retryAfterMs}`, (flight) =>
      flight.refuse(new DeliveryError(code, "refused by the model", { retryAfterMs })),
    ),
  );
const accept = answer("accept", (flight) => flight.accept());

const join = fc.nat(1).map((which) =>
  step<Neighbours>(
    `join ${which}`,
    ({ crowded }) => !crowded,
    (world) => world.join(which),
  ),
);
const leave = fc.constant(step<Neighbours>("leave", always, (world) => world.leave()));

const commands = fc.commands(
  [emit, emit, tick, tick, accept, refuse, refuse, stepWall, join, leave],
  {
    maxCommands: 60,
    size: "max",
  },
);

it(
  "never sends through a limit, a pause or an open breaker, wastes no chance to, and gets through in the end",
  async () => {
    const sightings = new Sightings();
    await fc.assert(
      fc.asyncProperty(options, commands, async (given, steps) => {
        const world = new Neighbours(given);
        await fc.asyncModelRun(() => ({ model: world, real: world }), steps);
        await world.end();
        for (const what of world.seen) sightings.see(what);
      }),
      runs(150),
    );
    sightings.expectAll(["open", "half-open", "closed", "paused"]);
  },
  patience,
);
