import { expect, it, vi } from "vitest";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { testOutages } from "./support/outages.ts";
import { dropTables, newPrefix, postgres, testService, withService } from "./support/services.ts";

await withService(postgres, () => {
  testService(postgres);
  testOutages(postgres, 5_432);

  it("goes on after the server has ended its connections", async () => {
    const tablePrefix = newPrefix();
    const store = sqlStore({ url: postgres.url, tablePrefix, connections: 2 });
    await store.open("test");
    await take(store, 1);
    await postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%' || $1 || '%' and pid <> pg_backend_pid()`,
      [tablePrefix],
    );
    // What is under way at this very moment may fail.
    await vi.waitFor(() => take(store, 2), { timeout: 20_000 });
    expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
    await store.close();
    await dropTables(postgres, tablePrefix);
  });
});
