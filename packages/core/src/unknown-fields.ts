import { nextTurn } from "./clock.ts";
import { nearest } from "./options.ts";
import type { Problem } from "./signals.ts";
import { singleLine, truncate } from "./text.ts";

/** Each name is told once; beyond so many they are somebody's data. */
const maxTold = 50;
const fields = ["event_type", "message", "level", "timestamp", "details", "metrics"];
const ofEvents = [...fields, "id", "service"];

/**
 * Tells, in a later turn and once for each name, what was left out because an event has no field for it. Never
 * throws, and reads no field that an event has: a getter may do something.
 *
 * @param given - How many of its fields have a value: where there is nothing besides, no name is compared.
 */
export type FieldsLook = (input: Record<string, unknown>, given: number) => void;

export const unknownFields = (report: (problem: Problem) => void): FieldsLook => {
  const told = new Set<string>();
  const look = (input: Record<string, unknown>, given: string): void => {
    const name = truncate(singleLine(given), 64);
    if (told.has(name) || input[given] === undefined) return;
    told.add(name);
    const meant = nearest(name, fields);
    const hint = meant === undefined ? "" : ` Did you mean \`${meant}\`?`;
    const place =
      name === "service"
        ? "Give it to `createMonitor()` or `child()`."
        : "Numbers belong in `metrics`, anything else in `details`.";
    const message = `\`emitEvent()\` left out \`${name}\`: an event has no such field.${hint} ${place}`;
    nextTurn(() => report({ code: "unknown-field", receiver: null, message }));
  };
  return (input, given) => {
    try {
      const names = Object.keys(input);
      if (names.length === given) return;
      // Both: an event that was taken before, and is passed on.
      const known = names.includes("id") && names.includes("service") ? ofEvents : fields;
      for (const name of names) if (told.size < maxTold && !known.includes(name)) look(input, name);
    } catch {
      // A proxy or a getter that throws: what it held cannot be told.
    }
  };
};
