import type { ConformanceCase, Harness } from "../harness.ts";
import { closeNotifier } from "./sending.ts";

/** Why the harness cannot show a case, or undefined. */
const unmet = (one: ConformanceCase, harness: Harness): string | undefined => {
  const condition = one.needs.find((need) => harness.cannot?.[need] !== undefined);
  return condition && `${condition}: ${harness.cannot?.[condition]}`;
};

/**
 * Runs one case on a rig of its own, then closes the notifier and the rig. Any test runner can be bound
 * to it; `@datasync-monitor/testkit/vitest` is.
 *
 * @returns Why the case was skipped, or undefined when it was kept.
 * @throws Error saying which promise was broken, and how.
 */
export const runCase = async (
  one: ConformanceCase,
  harness: Harness,
): Promise<string | undefined> => {
  const reason = unmet(one, harness);
  if (reason !== undefined) return reason;
  const rig = await harness.rig();
  try {
    const excuse = one.unless?.(rig, harness);
    if (excuse === undefined) await one.run(rig, harness);
    return excuse;
  } finally {
    await closeNotifier(rig).catch(() => {}); // close/* tells; here it may be the second time
    await rig.close();
  }
};
