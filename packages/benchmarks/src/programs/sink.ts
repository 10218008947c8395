// A receiving server in a process of its own, so that what it costs is not the sender's. Prints its origin; when its standard
// input ends, prints as JSON how long each event took, in milliseconds, and ends. Argument: "timed" reads the events for that.
import { sink } from "../sink.ts";
import { emittedFor } from "../timed-event.ts";

const latencies: number[] = [];
const isTimed = process.argv[2] === "timed";
const { origin } = await sink((body) => {
  if (isTimed) latencies.push(emittedFor(JSON.parse(body)));
  return { status: 204 };
});
process.stdout.write(`${origin}\n`);
process.stdin
  .on("end", () => process.stdout.write(JSON.stringify(latencies), () => process.exit(0)))
  .resume();
