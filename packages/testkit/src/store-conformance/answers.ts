import assert from "node:assert/strict";
import { types } from "node:util";
import type { EventStore } from "@datasync-monitor/core";

type Shape = (answer: unknown) => boolean;

const isList: Shape = (value) => Array.isArray(value);
const isCount: Shape = (value) => Number.isInteger(value);
const isObject: Shape = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object whose members have these shapes. */
const has =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, fits]) => fits(Reflect.get(Object(value), name)));

const isCursor: Shape = (value) => value === null || typeof value === "string";
const isPage = has({ rows: isList, cursor: isCursor });
const isSince: Shape = (value) => value === null || typeof value === "number";

/** What each method answers, in words and as a shape. What is in it, the cases look at. */
const answers: { readonly [name in string]?: readonly [string, Shape] } = {
  commit: ["`{ stale }`, with a list of keys", has({ stale: isList })],
  claim: ["a list of deliveries, an empty one too", isList],
  renew: ["`{ lost }`, with a list of keys", has({ lost: isList })],
  move: ["how many deliveries it has changed", isCount],
  events: ["`{ rows, cursor }`, with a list and a string or null", isPage],
  deliveries: ["`{ rows, cursor }`, with a list and a string or null", isPage],
  aggregate: [
    "`{ complete_since, types, metrics }`, with milliseconds or null and two objects",
    has({ complete_since: isSince, types: isObject, metrics: isObject }),
  ],
  backlog: ["a list of receivers", isList],
  prune: ["how many events it has deleted", isCount],
  open: ["nothing", () => true],
  close: ["nothing", () => true],
} satisfies Record<Exclude<keyof EventStore, "contract" | "durable">, readonly [string, Shape]>;

const shownOf = (answer: unknown): string => {
  if (Array.isArray(answer)) return "a list";
  if (types.isPromise(answer)) return "a promise";
  if (!isObject(answer)) return `\`${String(answer)}\``;
  return `an object of { ${Object.keys(Object(answer)).join(", ")} }`.replace("  ", " ");
};

/**
 * The store, whose answers are looked at before a case reads them: one of another shape is named, and breaks
 * no case in words of JavaScript's own.
 */
export const withCheckedAnswers = (store: EventStore): EventStore => {
  assert.ok(isObject(store) && !types.isPromise(store), `The rig's store is ${shownOf(store)}.`);
  // Not around the store itself: one that is frozen would have to show its own methods.
  return new Proxy({} as EventStore, {
    get(_target, name) {
      const method: unknown = Reflect.get(store, name, store); // classes have private members
      const expected = typeof name === "string" ? answers[name] : undefined;
      if (expected === undefined) return method;
      assert.equal(typeof method, "function", `The store has no method \`${String(name)}()\`.`);
      const [words, fits] = expected;
      const look = (answer: unknown): unknown => {
        const wrong = `${String(name)}() must answer ${words}, but it was ${shownOf(answer)}.`;
        assert.ok(fits(answer), wrong);
        return answer;
      };
      return (...given: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(method as () => unknown, store, given);
        const isThenable = typeof Object(answer).then === "function";
        return isThenable ? Promise.resolve(answer).then(look) : look(answer);
      };
    },
  });
};
