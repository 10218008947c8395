// A receiving server in a process of its own, so that what it costs is not the sender's; prints its origin, ends with its parent.
import { sink } from "../sink.ts";

const { origin } = await sink(() => ({ status: 204 }));
process.stdout.write(`${origin}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
