import { createMonitor } from "@datasync-monitor/core";
import { checkBooks } from "../check-books.ts";
import type { ConformanceCase } from "../harness.ts";
import { sampleEvent } from "../samples.ts";
import { check, patienceMs } from "./check.ts";

const messages = ["arrival alpha", "arrival bravo", "arrival charlie"];

export const monitorCases: readonly ConformanceCase[] = [
  {
    id: "monitor/delivers",
    title: "in a monitor that speaks Chinese, what is emitted is delivered and the books balance",
    needs: ["accept"],
    async run(rig, harness) {
      await rig.meet("accept");
      let cause: unknown;
      const monitor = createMonitor({
        locale: "zh-CN",
        timeZone: "Asia/Shanghai",
        onProblem: (problem) => {
          cause = problem.cause;
        },
      });
      try {
        monitor.registerNotifier(rig.notifier, { rateLimits: [] });
        const taken = messages.map((message) =>
          monitor.emitEvent({ event_type: "sync_success", message }),
        );
        await monitor.flush({ deadlineMs: patienceMs });
        const stats = monitor.stats();
        checkBooks(stats);
        const { delivered = 0, last_error } = stats.receivers[0] ?? {};
        const why = last_error
          ? ` The last error, "${last_error.code}": ${last_error.message}`
          : "";
        check(
          delivered === messages.length,
          `Of ${messages.length} events ${delivered} were delivered.${why}`,
          cause,
        );
        const seen = rig.received().join("\n");
        for (const one of taken) {
          const event = one.ok ? one.event : sampleEvent();
          const trace = harness.trace?.(event) ?? event.message;
          check(seen.includes(trace), `"${event.message}" was delivered, but did not arrive.`);
        }
      } finally {
        await monitor.close({ deadlineMs: 1000 });
      }
    },
  },
];
