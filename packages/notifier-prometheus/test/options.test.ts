import { ConfigError } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { Registry, register } from "prom-client";
import { describe, expect, it } from "vitest";
import { type PrometheusOptions, prometheus } from "../src/index.ts";
import { scrape } from "./support/scrape.ts";

const refusal = (options: unknown): ConfigError => {
  try {
    prometheus(options as PrometheusOptions);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  throw new Error("the options were taken");
};

describe("prometheus() options", () => {
  it("needs none", async () => {
    const notifier = prometheus();
    expect(notifier).toMatchObject({ contract: 1, id: "prometheus", maxBatchSize: 100 });
    expect((await scrape(notifier)).value("datasync_monitor_build_info")).toBe(1);
  });

  it("uses a registry of its own, never prom-client's global one", () => {
    const registry = prometheus().registry;
    expect(registry).not.toBe(prometheus().registry);
    expect(registry.getMetricsAsArray().length).toBeGreaterThan(0);
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  it("shows the version that package.json has", async () => {
    const { default: manifest } = await import("../package.json", { with: { type: "json" } });
    const [info] = (await scrape(prometheus())).series("datasync_monitor_build_info");
    expect(info?.labels).toEqual({ version: manifest.version });
  });

  it("begins every metric with the prefix", async () => {
    const families = (await scrape(prometheus({ prefix: "billing_" }))).families;
    expect(families.map(({ name }) => name).filter((name) => !name.startsWith("billing_"))).toEqual(
      [],
    );
  });

  it.each(["port", "host", "path"])("says that `%s` is serve()'s", (option) => {
    expect(refusal({ [option]: undefined })).toMatchObject({
      option,
      message: `prometheus() does not listen: pass \`${option}\` to its \`serve()\`.`,
    });
  });

  it.each([
    ["registry", { registry: {} }],
    ["registry", { registry: null }],
    ["registry", { registry: "default" }],
    ["prefix", { prefix: "" }],
    ["prefix", { prefix: "billing" }],
    ["prefix", { prefix: "1_" }],
    ["prefix", { prefix: "billing:" }],
    ["prefix", { prefix: 'x"} 1\n_' }],
    ["prefix", { prefix: "_" }],
    ["eventTypes", { eventTypes: "invoice_paid" }],
    ["eventTypes", { eventTypes: ["invoice_*"] }],
    ["eventTypes", { eventTypes: [1] }],
    ["eventTypes", { eventTypes: Array.from({ length: 101 }, (_, n) => `type_${n}`) }],
    ["durationBuckets", { durationBuckets: [] }],
    ["durationBuckets", { durationBuckets: [5, 1] }],
    ["durationBuckets", { durationBuckets: [1, 1] }],
    ["durationBuckets", { durationBuckets: [0, 1] }],
    ["durationBuckets", { durationBuckets: [1, Number.NaN] }],
    ["durationBuckets", { durationBuckets: [1, Number.POSITIVE_INFINITY] }],
    ["durationBuckets", { durationBuckets: ["1", "2"] }],
    ["recordsBuckets", { recordsBuckets: 10 }],
    ["recordsBuckets", { recordsBuckets: Array.from({ length: 51 }, (_, n) => n + 1) }],
    ["maxReceivers", { maxReceivers: 0 }],
    ["maxReceivers", { maxReceivers: 1.5 }],
    ["maxReceivers", { maxReceivers: 1_001 }],
  ])("refuses a wrong `%s`: %o", (option, options) => {
    const error = refusal(options);
    expect(error.option).toBe(option);
    expect(error.message).toContain(`\`${option}\``);
  });

  it("names the option that was meant", () => {
    expect(refusal({ registery: new Registry() }).message).toContain("Did you mean `registry`?");
  });

  it("leaves the given buckets as they were, and free to change", async () => {
    const durationBuckets = [1, 2];
    const notifier = prometheus({ durationBuckets, recordsBuckets: [5] });
    durationBuckets.push(3);
    await notifier.send([sampleEvent()], sendContext());
    const bounds = (await scrape(notifier))
      .series("datasync_monitor_operation_duration_seconds_bucket", {
        operation: "sync",
        outcome: "success",
      })
      .map(({ labels }) => labels.le);
    expect(bounds).toEqual(["1", "2", "+Inf"]);
  });
});
