import { sqlStore } from "./src/index.ts";
const url = process.argv[2]!;
const s = url.startsWith("file:") ? sqlStore({ file: url.slice(5), tablePrefix: "big_" }) : sqlStore({ url, tablePrefix: "big_" });
await s.open("x"); await s.close();
