import { testConnection } from "../../../test-support/connection.ts";
import { feishu } from "../src/index.ts";

testConnection({
  owner: "feishu()",
  notifier: feishu,
  path: "/hook/SECRET-TOKEN",
  yes: '{"code":0}',
});
