import { testOutages } from "./support/outages.ts";
import { mariadb, testService, withService } from "./support/services.ts";

await withService(mariadb, () => {
  testService(mariadb);
  testOutages(mariadb, 3_306);
});
