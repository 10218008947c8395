import { testStore } from "@datasync-monitor/testkit/vitest";
import { memoryStore } from "../src/store/memory.ts";

testStore("memoryStore", {
  rig: (clock) => ({ store: memoryStore({ clock }), close() {} }),
  cannot: {
    restart: "it remembers for as long as its process lives",
    share: "it belongs to one process",
    damage: "it keeps the events themselves, nothing that has to be read back",
  },
});
