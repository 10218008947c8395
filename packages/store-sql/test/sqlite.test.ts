import { testStore } from "@datasync-monitor/testkit/vitest";
import { sqliteHarness } from "./support/sqlite.ts";

testStore("sqlStore on SQLite", sqliteHarness);
