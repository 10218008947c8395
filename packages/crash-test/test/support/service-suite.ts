import { describe, expect, it, type TestContext } from "vitest";
import type { CycleReport } from "../../src/run/run.ts";
import type { Source } from "../../src/run/source.ts";
import { type Service, whyNot } from "../../src/services/service.ts";
import { hardshipNames, serviceFaults, serviceKills } from "../../src/services/sources.ts";
import { expectSound, seed, skipFor } from "./run.ts";

/** Declares tests that need the service; without it they are skipped with the reason, or fail where it is required. */
const withService = async (service: Service, tests: () => void): Promise<void> => {
  const reason = await whyNot(service);
  if (reason === undefined) describe(`on ${service.name}`, tests);
  else it(`on ${service.name}`, (context: TestContext) => skipFor(context, reason));
};

const soundCycle = async ({ name, run }: Source, number: number): Promise<CycleReport> => {
  const report = await run({ seed, source: name, number });
  expectSound([report]);
  expect(report.dead).toBeGreaterThan(0);
  return report;
};

export const testService = (service: Service): Promise<void> =>
  withService(service, () => {
    it.each(hardshipNames.map((name, number) => [name, number] as const))(
      "a process goes on by itself and loses nothing when %s",
      async (name, number) => {
        const { hits } = await soundCycle(serviceFaults(service), number);
        expect(hits).toEqual([name]);
      },
    );

    it("two processes that are killed and started again lose nothing", async () => {
      const { kills } = await soundCycle(serviceKills(service), 0);
      expect(kills).toBe(6);
    });
  });
