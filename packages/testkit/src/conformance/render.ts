import { EventLevel, type MonitorEvent } from "@datasync-monitor/core";
import type { ConformanceCase } from "../harness.ts";
import { sampleEvent } from "../samples.ts";
import { check } from "./check.ts";
import { checkAccepted, send } from "./sending.ts";
import { eventTypes, toldBy } from "./type-samples.ts";

const typeCase = (id: string, type: string, told: Partial<MonitorEvent>): ConformanceCase => ({
  id: `render/${id}`,
  title: `${type} is rendered and accepted at each of the four levels`,
  needs: ["accept"],
  async run(rig, harness) {
    await rig.meet("accept");
    for (const level of Object.values(EventLevel)) {
      const message = `arrival ${level}`;
      const event = sampleEvent({ event_type: type, level, message, ...told });
      const before = rig.received().length;
      checkAccepted(await send(rig, [event]), `for a ${type} of level "${level}"`);
      const shown = rig.received().slice(before).join("\n");
      const trace = harness.trace?.(event) ?? message;
      check(shown.includes(trace), `A ${type} of level "${level}" does not show in what arrived.`);
    }
  },
});

export const renderCases: readonly ConformanceCase[] = [
  ...eventTypes.map((type) => typeCase(type.replace("_", "-"), type, toldBy(type))),
  typeCase("own-type", "backup.verified", { details: { copies: 3 }, metrics: { files: 120 } }),
];
