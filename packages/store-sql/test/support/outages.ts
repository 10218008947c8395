import { inspect } from "node:util";
import type { EventStore } from "@datasync-monitor/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqlStore } from "../../src/index.ts";
import { messagesOf, take } from "./events.ts";
import { type Middleman, middlemanTo } from "./middleman.ts";
import { run } from "./program.ts";
import { dropTables, newPrefix, type Service } from "./services.ts";

/** What every server puts its clients through. */
export const testOutages = (service: Service, defaultPort: number): void => {
  let prefix: string;
  let proxy: Middleman;
  let stores: EventStore[];

  beforeEach(async () => {
    prefix = newPrefix();
    proxy = await middlemanTo(service.url, defaultPort);
    stores = [];
  });

  afterEach(async () => {
    vi.useRealTimers();
    proxy.pass();
    for (const store of stores) await store.close();
    await proxy.stop();
    await dropTables(service, prefix);
  });

  const storeAt = (url: string): EventStore => {
    const store = sqlStore({ url, tablePrefix: prefix });
    stores.push(store);
    return store;
  };

  describe("when the server is away", () => {
    it("fails to open, and opens once the server is there", async () => {
      await proxy.stop();
      const store = storeAt(proxy.url);
      await expect(store.open("test")).rejects.toMatchObject({
        name: "SqlStoreError",
        code: "ECONNREFUSED",
        message: expect.stringContaining("check that it runs"),
      });
      await proxy.start();
      await store.open("test");
      await take(store, 1);
      expect(await messagesOf(store)).toEqual(["event 1"]);
    });

    it("goes on after its connections were broken, idle ones and those in use", async () => {
      const store = storeAt(proxy.url);
      await store.open("test");
      await take(store, 1);
      proxy.cut();
      // Until it is heard of, a call on such a connection may fail.
      await vi.waitFor(() => take(store, 2), { timeout: 20_000 });
      const writing = take(store, 3).catch(() => "broken");
      proxy.cut();
      if ((await writing) === "broken") await take(store, 3);
      expect(await messagesOf(store)).toEqual(["event 3", "event 2", "event 1"]);
    });

    it("gives up what is not answered, and does not use that connection again", async () => {
      const store = storeAt(proxy.url);
      await store.open("test");
      await take(store, 1);
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      proxy.swallow();
      const late = expect(take(store, 2)).rejects.toMatchObject({ code: "timed-out" });
      // The packets are on their way by the time the clock is moved.
      await vi.advanceTimersByTimeAsync(11_000);
      await late;
      proxy.pass();
      vi.useRealTimers();
      await take(store, 2);
      expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
    });
  });

  describe("an error", () => {
    const secret = "hunter2-8f3a";

    it.each([
      ["a wrong password", (url: URL) => Object.assign(url, { username: "nobody" })],
      ["a database that is not there", (url: URL) => Object.assign(url, { pathname: "/nowhere" })],
      ["a host that is not known", (url: URL) => Object.assign(url, { hostname: "db.invalid" })],
    ])("after %s tells neither the address nor the password", async (_what, change) => {
      const url = new URL(service.url);
      url.password = secret;
      const store = storeAt(change(url).href);
      const error = await Promise.resolve(store.open("test")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "SqlStoreError" });
      const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      for (const part of [secret, "db.invalid", service.url]) expect(shown).not.toContain(part);
    });

    it("after somebody dropped the tables says so, and the next call makes them anew", async () => {
      const store = storeAt(service.url);
      await store.open("test");
      await take(store, 1);
      await dropTables(service, prefix);
      await expect(take(store, 2)).rejects.toMatchObject({
        name: "SqlStoreError",
        message: expect.stringContaining("they are made anew"),
      });
      await take(store, 2);
      expect(await messagesOf(store)).toEqual(["event 2"]);
    });

    it("after somebody changed the tables says so", async () => {
      const store = storeAt(service.url);
      await store.open("test");
      await service.query(`alter table ${prefix}events drop column taken_in`);
      const changed = { message: expect.stringContaining("not as it makes them") };
      await expect(take(store, 1)).rejects.toMatchObject(changed);
    });

    it("tells nothing of the events that could not be written", async () => {
      const store = storeAt(service.url);
      await store.open("test");
      await service.query(`drop table ${prefix}deliveries`);
      const error = await take(store, 1).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "SqlStoreError" });
      expect(String(error)).toContain("its tables are gone");
      const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      expect(shown).not.toContain("event 1");
      expect(shown).not.toContain("insert into");
    });
  });

  describe("a process", () => {
    it("ends by itself with a store open", async () => {
      const { ended } = run(`
        const store = sqlStore({ url: ${JSON.stringify(service.url)}, tablePrefix: "${prefix}" });
        await store.open("child");
        await commit(store, [1]);
        say("idle");
      `);
      const { code, printed } = await ended;
      expect([code, printed]).toEqual([0, ["idle"]]);
    });
  });
};
