import { randomBytes } from "node:crypto";
import { types } from "node:util";
import type { Canary, Harness, Rig } from "../harness.ts";
import { check } from "./check.ts";

const given = new WeakMap<Rig, ReadonlyMap<string, string>>();

/** One secret to a name, each long enough not to be found by chance. */
export const canaries = (): { readonly canary: Canary; readonly made: Map<string, string> } => {
  const made = new Map<string, string>();
  const canary: Canary = (name) => {
    const known = made.get(name) ?? `canary-${name}-${randomBytes(8).toString("hex")}`;
    made.set(name, known);
    return known;
  };
  return { canary, made };
};

/** Said once and early: of a missing notifier every case would complain in words of its own. */
const checkMade = (notifier: unknown): void => {
  const made = types.isPromise(notifier) ? "a promise" : `\`${String(notifier)}\``;
  const isObject = typeof notifier === "object" && notifier !== null && made !== "a promise";
  check(isObject, `The harness must give a rig the notifier itself, but it gave ${made}.`);
  const send: unknown = Reflect.get(notifier as object, "send");
  check(typeof send === "function", "The notifier under test has no `send(batch, context)`.");
};

/** A rig, and the secrets that were handed out while it was made. */
export const makeRig = async (harness: Harness): Promise<Rig> => {
  const { canary, made } = canaries();
  const rig = await harness.rig(canary);
  given.set(rig, made);
  try {
    checkMade(rig.notifier);
  } catch (error) {
    await rig.close();
    throw error;
  }
  return rig;
};

/** Every secret the notifier of this rig was given. */
export const secretsOf = (rig: Rig): readonly string[] => [
  ...(rig.secrets ?? []),
  ...(given.get(rig)?.values() ?? []),
];
