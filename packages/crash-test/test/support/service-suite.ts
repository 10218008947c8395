import { expect, it } from "vitest";
import { killsAmong } from "../../src/run/random-kills.ts";
import type { CycleReport } from "../../src/run/run.ts";
import {
  backendsKilled,
  blackholed,
  collided,
  type DatabaseFault,
  locked,
  through,
  withoutConnections,
} from "../../src/services/faults.ts";
import { perform, type Service } from "../../src/services/service.ts";
import { onService, withService } from "./database.ts";
import { expectSound } from "./run.ts";

/** What befalls a server, by the words of the test's name. */
const faults: readonly (readonly [string, DatabaseFault])[] = [
  // As pg-boss#365 and #381 were about.
  ["its connections are killed in the middle of queries", backendsKilled],
  ["the network swallows everything, then resets", blackholed],
  ["transactions collide with others", collided],
  ["another holds the rows longer than a call waits", locked],
];

const expectHit = (report: CycleReport, name: string): void => {
  expectSound([report]);
  expect(report.hits).toEqual([name]);
  expect(report.dead).toBeGreaterThan(0);
};

export const testService = (service: Service): Promise<void> =>
  withService(service, () => {
    it.each(faults)(
      "a process goes on by itself and loses nothing when %s",
      async (name, fault) => {
        expectHit(await onService(service, { name }, (on) => through(name, fault, on)), name);
      },
    );

    it("a process starts by itself once there is a connection left for it", async () => {
      const name = `crash${Date.now().toString(36)}`;
      await perform(service, service.limitedUser(name, 2));
      try {
        const user = { name, password: name };
        const report = await onService(service, { name: "no connections left", user }, (on) =>
          withoutConnections(on, user),
        );
        expectHit(report, "no connections left");
      } finally {
        await perform(service, service.dropUser(name));
      }
    });

    it("two processes that are killed and started again lose nothing", async () => {
      const report = await onService(service, { name: "kills" }, () => killsAmong(2, 3));
      expectSound([report]);
      expect(report.kills).toBe(6);
    });
  });
