import { mariadb, postgres } from "../services/service.ts";
import { serviceFaults, serviceKills } from "../services/sources.ts";
import { diskFaults, failingDisk } from "./disk.ts";
import { atFailpoints, failpointNames, failpointsACycle, type Mode } from "./failpoints.ts";
import { killsAmong, randomKills } from "./random-kills.ts";
import { anywhere, onFiles, type Source, whereTraced } from "./source.ts";
import { stopMoments, stoppedBeyondLease } from "./stopped.ts";
import { syscallKills, syscallTargets } from "./syscalls.ts";

const parts = failpointNames.length / failpointsACycle;
const killsACycle = 5;
const syscallsACycle = 6;

const failpointSource = (name: string, mode: Mode, short: number): Source => ({
  name,
  run: onFiles((number) => atFailpoints(number, mode)),
  cycles: { short, long: 3 * parts },
  hits: failpointNames,
  whyNot: anywhere,
});

export const sources = {
  random: {
    name: "random-kills",
    run: onFiles(() => randomKills(killsACycle)),
    cycles: { short: 2, long: 42 },
    hits: ["random"],
    whyNot: anywhere,
  },
  syscalls: {
    name: "syscall-kills",
    run: onFiles((number) => syscallKills(syscallsACycle, number * syscallsACycle)),
    cycles: { short: 2, long: 20 },
    hits: syscallTargets,
    whyNot: whereTraced,
  },
  failpoints: failpointSource("failpoint-kills", "kill", parts),
  throwing: failpointSource("failpoint-throws", "throw", 0),
  hanging: failpointSource("failpoint-hangs", "hang", 0),
  several: {
    name: "several-processes",
    // Two on one store, then four.
    run: onFiles((number) => killsAmong(number % 2 === 0 ? 2 : 4, 3)),
    cycles: { short: 2, long: 8 },
    hits: ["random"],
    whyNot: anywhere,
  },
  stopped: {
    name: "stopped-processes",
    run: onFiles(stoppedBeyondLease),
    cycles: { short: 2, long: 2 * stopMoments.length },
    // A cycle without its stop is a violation.
    hits: [],
    whyNot: anywhere,
  },
  disk: {
    name: "disk-errors",
    run: onFiles((number) => failingDisk(diskFaults[number % diskFaults.length] ?? diskFaults[0])),
    cycles: { short: diskFaults.length, long: 4 * diskFaults.length },
    hits: diskFaults.map(({ name }) => name),
    whyNot: whereTraced,
  },
  postgresFaults: serviceFaults(postgres),
  postgresKills: serviceKills(postgres),
  mysqlFaults: serviceFaults(mariadb),
  mysqlKills: serviceKills(mariadb),
} as const satisfies Readonly<Record<string, Source>>;
