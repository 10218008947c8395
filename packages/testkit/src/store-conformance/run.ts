import type { EventStore } from "@datasync-monitor/core";
import { fakeClock } from "../clock.ts";
import { withCheckedAnswers } from "./answers.ts";
import type { StoreBench, StoreCase, StoreHarness, StoreRig } from "./harness.ts";

/** Why the harness cannot show a case, or undefined. */
const unmet = ({ needs = [] }: StoreCase, { cannot }: StoreHarness): string | undefined => {
  const need = needs.find((one) => cannot?.[one] !== undefined);
  return need && `${need}: ${cannot?.[need]}`;
};

const missing = (need: string): never => {
  throw new Error(`The rig has no \`${need}()\`: give it one, or name the reason in \`cannot\`.`);
};

/** The stores that are open, by the name they were opened with. */
class Stores {
  readonly #rig: StoreRig;
  #open: EventStore[] = [];
  #count = 0;

  constructor(rig: StoreRig) {
    this.#rig = rig;
  }

  async open(given: EventStore): Promise<EventStore> {
    const store = withCheckedAnswers(given);
    this.#count += 1;
    this.#open.push(store);
    await store.open(`process-${this.#count}`);
    return store;
  }

  async another(): Promise<EventStore> {
    return this.open(await (this.#rig.another?.() ?? missing("another")));
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    for (const store of open) await store.close();
  }
}

/**
 * Runs one case on a rig of its own, then closes the stores and the rig. Any test runner can be bound to
 * it; `@datasync-monitor/testkit/vitest` is.
 *
 * @returns Why the case was skipped, or undefined when it was kept.
 * @throws Error saying which promise was broken, and how.
 */
export const runStoreCase = async (
  one: StoreCase,
  harness: StoreHarness,
): Promise<string | undefined> => {
  const reason = unmet(one, harness);
  if (reason !== undefined) return reason;
  const clock = fakeClock();
  const rig = await harness.rig(clock);
  const stores = new Stores(rig);
  try {
    const bench: StoreBench = {
      store: await stores.open(rig.store),
      startedAt: clock.now(),
      advance: (ms) => clock.step(ms),
      share: () => stores.another(),
      restart: async () => {
        await stores.close();
        return stores.another();
      },
      damage: async (eventId) => (rig.damage ?? missing("damage"))(eventId),
    };
    await one.run(bench);
    return undefined;
  } finally {
    await stores.close();
    await rig.close();
  }
};
