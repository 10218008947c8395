import { runService } from "./run-service.ts";

const [, , assignment] = process.argv;
if (assignment === undefined) {
  throw new Error("This is the service of the second act. It is started by the demo: npm run demo");
}
await runService(JSON.parse(assignment), process.env);
