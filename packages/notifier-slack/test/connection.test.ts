import { testConnection } from "../../../test-support/connection.ts";
import { slack } from "../src/index.ts";

testConnection({
  owner: "slack()",
  notifier: slack,
  path: "/services/T0/B0/SECRET-TOKEN",
  yes: "ok",
});
