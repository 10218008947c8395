import type { Clock } from "@datasync-monitor/core";
import fc from "fast-check";

/** What a hook does when it is called. */
export const manners = ["at once", "soon", "later", "throws", "rejects", "never"] as const;
export type Manner = (typeof manners)[number];

const laterMs = 40;

/** Mostly well: a run in which everything is broken shows little. */
export const manner: fc.Arbitrary<Manner> = fc.oneof(
  { arbitrary: fc.constant<Manner>("at once"), weight: 4 },
  { arbitrary: fc.constantFrom(...manners), weight: 3 },
);

/** Does what was to be done, in that manner. */
export const behave = <T>(how: Manner, clock: Clock, work: () => T): T | Promise<T> => {
  switch (how) {
    case "at once":
      return work();
    case "soon":
      return Promise.resolve().then(work);
    case "later":
      return new Promise((resolve) => clock.setTimer(laterMs, () => resolve(work())));
    case "throws":
      throw new Error("it throws");
    case "rejects":
      return Promise.reject(new Error("it rejects"));
    case "never":
      return new Promise(() => {});
  }
};
