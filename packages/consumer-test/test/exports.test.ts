import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { published } from "./support/packages.ts";

const require = createRequire(import.meta.url);

interface Surface {
  readonly load: () => Promise<object>;
  /** Every value an import offers. A name more or less is a decision, taken here. */
  readonly names: readonly string[];
}

const surfaces: Readonly<Record<string, Surface>> = {
  "@datasync-monitor/core": {
    load: () => import("@datasync-monitor/core"),
    names: [
      "ConfigError",
      "DeliveryError",
      "EventLevel",
      "EventType",
      "checkOptions",
      "checkTimeZone",
      "choiceOption",
      "clockOption",
      "createMonitor",
      "defineNotifier",
      "deliveryCursor",
      "describe",
      "describeBatch",
      "describeTime",
      "eventCursor",
      "flagOption",
      "getMonitorInterface",
      "isEvent",
      "memoryStore",
      "numberOption",
      "readDeliveryQuery",
      "readEventQuery",
      "setupMonitorInterface",
      "singleLine",
      "systemClock",
      "textOption",
      "truncate",
      "truncateBytes",
    ],
  },
  "@datasync-monitor/http": {
    load: () => import("@datasync-monitor/http"),
    names: [
      "destinationKeyOf",
      "httpClient",
      "isLoopback",
      "parseRetryAfter",
      "statusError",
      "urlOption",
    ],
  },
  "@datasync-monitor/notifier-console": {
    load: () => import("@datasync-monitor/notifier-console"),
    names: ["consoleNotifier"],
  },
  "@datasync-monitor/notifier-email": {
    load: () => import("@datasync-monitor/notifier-email"),
    names: ["email"],
  },
  "@datasync-monitor/notifier-feishu": {
    load: () => import("@datasync-monitor/notifier-feishu"),
    names: ["feishu"],
  },
  "@datasync-monitor/notifier-prometheus": {
    load: () => import("@datasync-monitor/notifier-prometheus"),
    names: ["prometheus"],
  },
  "@datasync-monitor/notifier-slack": {
    load: () => import("@datasync-monitor/notifier-slack"),
    names: ["slack"],
  },
  "@datasync-monitor/notifier-webhook": {
    load: () => import("@datasync-monitor/notifier-webhook"),
    names: ["WebhookVerificationError", "verifyWebhook", "webhook"],
  },
  "@datasync-monitor/probes": {
    load: () => import("@datasync-monitor/probes"),
    names: ["eventLoopWatcher", "healthChecks", "heartbeat", "storageWatcher"],
  },
  "@datasync-monitor/store-sql": {
    load: () => import("@datasync-monitor/store-sql"),
    names: ["SqlStoreError", "sqlStore"],
  },
  "@datasync-monitor/testkit": {
    load: () => import("@datasync-monitor/testkit"),
    names: [
      "checkBooks",
      "conformanceCases",
      "fakeClock",
      "feishuStandIn",
      "hostileHttp",
      "httpHarness",
      "memoryNotifier",
      "notifierHost",
      "runCase",
      "runStoreCase",
      "sampleBatch",
      "sampleEvent",
      "sendContext",
      "slackStandIn",
      "smtpHarness",
      "smtpStandIn",
      "storeCases",
    ],
  },
};

describe.each(Object.entries(surfaces))("%s", (name, { load, names }) => {
  it("exports these values and no other", async () => {
    expect(Object.keys(await load()).sort()).toEqual(names);
  });

  it("exports the same from CommonJS", () => {
    expect(Object.keys(require(name)).sort()).toEqual(names);
  });
});

it("every published package is named above", () => {
  expect(published.map(({ manifest }) => manifest.name)).toEqual(Object.keys(surfaces));
});
