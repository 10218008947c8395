import type { ConformanceCase, Harness, Rig } from "../harness.ts";
import { check } from "./check.ts";
import { makeRig } from "./rigs.ts";
import { closeNotifier } from "./sending.ts";

/** Why the harness cannot show a case, or undefined. */
const unmet = (one: ConformanceCase, harness: Harness): string | undefined => {
  const condition = one.needs.find((need) => harness.cannot?.[need] !== undefined);
  return condition && `${condition}: ${harness.cannot?.[condition]}`;
};

const withRig = async <T>(harness: Harness, work: (rig: Rig) => Promise<T>): Promise<T> => {
  const rig = await makeRig(harness);
  try {
    return await work(rig);
  } finally {
    await closeNotifier(rig).catch(() => {}); // close/* tells; here it may be the second time
    await rig.close();
  }
};

const checkHarness = ({ protocol, cannot = {} }: Harness): void =>
  check(
    protocol !== "http" || Object.keys(cannot).length === 0,
    "An HTTP destination can show every condition: its harness has no `cannot`.",
  );

/** Why a case would be skipped, or undefined: for a list of what a notifier is not held to. */
export const skipReason = async (
  one: ConformanceCase,
  harness: Harness,
): Promise<string | undefined> => {
  checkHarness(harness);
  return (
    unmet(one, harness) ?? withRig(harness, async (rig) => one.unless?.(rig, harness) ?? undefined)
  );
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
  checkHarness(harness);
  const reason = unmet(one, harness);
  if (reason !== undefined) return reason;
  return withRig(harness, async (rig) => {
    const excuse = one.unless?.(rig, harness);
    if (excuse === undefined) await one.run(rig, harness);
    return excuse;
  });
};
