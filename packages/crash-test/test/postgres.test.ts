import { postgres } from "../src/services/service.ts";
import { testService } from "./support/service-suite.ts";

await testService(postgres);
