// One process that loads the ES modules and the CommonJS copies, as a service with a mixed dependency tree does.
import { createRequire } from "node:module";
import * as core from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";

const require = createRequire(import.meta.url);
const otherCore: typeof core = require("@datasync-monitor/core");
const other: { webhook: typeof webhook } = require("@datasync-monitor/notifier-webhook");

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

const missing = { url: process.env.NOT_SET };
const refusedHere = thrownBy(() => webhook(missing));
const refusedThere = thrownBy(() => other.webhook(missing));
const here = new core.DeliveryError("config", "the key is wrong");
const there = new otherCore.DeliveryError("config", "the key is wrong");

core.getMonitorInterface().registerCallback(() => {}, { name: "registered here" });
const { receivers } = otherCore.getMonitorInterface().stats();

await using monitor = core.createMonitor();
monitor.registerNotifier(
  otherCore.defineNotifier({
    id: "there",
    send() {},
    verify: () => Promise.reject(there),
  }),
);
const [report] = await monitor.verify();

console.log(
  JSON.stringify({
    separate: core.DeliveryError !== otherCore.DeliveryError,
    deliveryErrors: [otherCore.DeliveryError.is(here), core.DeliveryError.is(there)],
    configErrors: [otherCore.ConfigError.is(refusedHere), core.ConfigError.is(refusedThere)],
    toldApart: [core.DeliveryError.is(refusedThere), core.ConfigError.is(there)],
    oneMonitor: core.getMonitorInterface() === otherCore.getMonitorInterface(),
    receivers: receivers.map(({ name }) => name),
    verified: [report?.status, report?.code],
  }),
);
