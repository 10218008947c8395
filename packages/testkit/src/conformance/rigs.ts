import { randomBytes } from "node:crypto";
import type { Canary, Harness, Rig } from "../harness.ts";

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

/** A rig, and the secrets that were handed out while it was made. */
export const makeRig = async (harness: Harness): Promise<Rig> => {
  const { canary, made } = canaries();
  const rig = await harness.rig(canary);
  given.set(rig, made);
  return rig;
};

/** Every secret the notifier of this rig was given. */
export const secretsOf = (rig: Rig): readonly string[] => [
  ...(rig.secrets ?? []),
  ...(given.get(rig)?.values() ?? []),
];
