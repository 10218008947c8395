import assert from "node:assert/strict";
import type { MonitorEvent } from "@datasync-monitor/core";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  claim,
  commit,
  delivered,
  ended,
  eventAt,
  idOf,
  leaseMs,
  messagesOf,
  only,
  statesOf,
  waiting,
} from "./kit.ts";

/** What databases refuse, change, or take for something else. */
const texts: Readonly<Record<string, string>> = {
  nul: "before\0after",
  surrogates: "high \ud83d low \ude00 end",
  astral: "数据同步完成 👩‍👩‍👧 𝄞",
  bidi: "safe\u202eexe.gpj\u2066\u2028\u2029\ufeff",
  controls: Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join(""),
  quotes: `'; drop table events; -- " \` \\ \\' \\u0000 $1 ? :name %s`,
  long: "x".repeat(100_000),
  empty: "",
  spaces: "  two before and two after  ",
};

const hostileEvent = (n: number, at: number, text: string): MonitorEvent => {
  const event = eventAt(n, at, { message: text, service: text });
  const details = { [`key ${text}`]: text, list: [text, null, true, 1e-7, -5] };
  return { ...event, details: JSON.parse(JSON.stringify({ ...details, proto: 1 })) };
};

const textCases: readonly StoreCase[] = Object.entries(texts).map(([name, text]) => ({
  id: `hostile/${name}`,
  title: `an event and an outcome with ${name} in every text come back as they were`,
  async run({ store, startedAt: now }) {
    const event = hostileEvent(1, now, text);
    const last_error = { code: "unknown", message: text };
    await commit(store, now, [{ event, receivers: ["a", "b"] }]);
    const wait = { ...waiting(1, "a", now), batch_id: text, resume: [text], last_error };
    const died = ended(1, "b", now, "dead", { reason: text, batch_id: text, last_error });
    assert.deepEqual(await commit(store, now, [], [wait, died]), []);
    assert.deepEqual((await store.events({})).rows, [event]);
    const dead = await only(store, 1, "b");
    assert.deepEqual([dead.reason, dead.batch_id, dead.last_error], [text, text, last_error]);
    const [claimed] = await claim(store, "a", now + leaseMs);
    assert.deepEqual([claimed?.event, claimed?.batch_id, claimed?.resume], [event, text, [text]]);
    const done = delivered(1, "a", now, { fence: 2, reference: text });
    assert.deepEqual(await commit(store, now, [], [done]), []);
    assert.equal((await only(store, 1, "a")).reference, text);
  },
}));

/** Names that a database may take for one another, or find too long. */
const names = [
  ...["mail", "Mail", "mäil", "máil", "邮件", "m\0ail", 'm"ail', "m\\ail", "m'ail", "m%il"],
  ...["👩‍👩‍👧", "\ud83d", "x".repeat(190), "constructor", "__proto__"],
];

export const hostileCases: readonly StoreCase[] = [
  ...textCases,
  {
    id: "hostile/receivers",
    title: "receivers are told apart by every character of their names",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, names)]);
      assert.equal((await store.backlog()).length, names.length);
      for (const name of names) {
        const claimed = await claim(store, name, now + leaseMs);
        assert.deepEqual(
          claimed.map(({ receiver, event_id }) => [receiver, event_id]),
          [[name, idOf(1)]],
        );
        const done = delivered(1, name, now, { fence: 2 });
        assert.deepEqual(await commit(store, now, [], [done]), []);
        assert.deepEqual(await statesOf(store, { receiver: name }), [`${name} delivered`]);
      }
      assert.deepEqual(await store.backlog(), []);
    },
  },
  {
    id: "hostile/keys",
    title: "`__proto__` and its like are kept as data",
    async run({ store, startedAt: now }) {
      const details = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
      await commit(store, now, [accepted(1, now, [], { details, event_type: "constructor" })]);
      const [event] = (await store.events({ types: ["constructor"] })).rows;
      assert.equal(JSON.stringify(event?.details), JSON.stringify(details));
      assert.equal(Reflect.get({}, "polluted"), undefined);
    },
  },
  {
    id: "hostile/times",
    title: "events of impossible times are taken, and found by no time",
    async run({ store, startedAt: now }) {
      const stamps = ["no time", "+275760-09-13T00:00:00.000Z", "-271821-04-20T00:00:00.000Z", ""];
      const events = stamps.map((timestamp, n) => accepted(n, now, ["a"], { timestamp }));
      await commit(store, now, events);
      assert.equal((await messagesOf(store)).length, stamps.length);
      const none = { since: new Date(now - 1_000), until: new Date(now + 1_000) };
      assert.deepEqual(await messagesOf(store, none), []);
      assert.equal((await claim(store, "a", now + leaseMs)).length, stamps.length);
    },
  },
];
