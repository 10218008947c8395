import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BusyMonitor, busyMonitor } from "./support/busy-monitor.ts";
import { type Exposition, parseExposition, parseOpenMetrics } from "./support/exposition.ts";
import { selectorsIn } from "./support/promql.ts";
import { needPromtool, promtool } from "./support/promtool.ts";
import { ask } from "./support/scrape.ts";

const docs = new URL("../../../docs/", import.meta.url);
const fileAt = (path: string) => fileURLToPath(new URL(path, docs));
const textOf = (path: string) => readFile(new URL(path, docs), "utf8");

/** Hours of a service's life, minute by minute, on a machine that may be busy. */
const slow = { timeout: 120_000 };

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly id: unknown;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string }[];
  };
}

let busy: BusyMonitor;
let scraped = { text: "", openMetrics: "" };
let exposed: Exposition;
let folder: string;
let dashboard: Dashboard;
let rules: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasync-promtool-"));
  dashboard = JSON.parse(await textOf("prometheus/dashboard.json"));
  rules = await textOf("prometheus/alerts.yml");
  busy = await busyMonitor();
  const { url } = await busy.metrics.serve({ port: 0 });
  const get = async (accept: string) => (await ask(url, "GET", { accept })).body;
  scraped = {
    text: await get("text/plain"),
    openMetrics: await get("application/openmetrics-text"),
  };
  exposed = parseExposition(scraped.text);
});

afterAll(async () => {
  await busy.monitor.close({ deadlineMs: 100 });
  await rm(folder, { recursive: true });
});

const queries = (): readonly string[] =>
  dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Metric names, label names and label values of a text that no scrape would ever show. */
const strangers = (text: string): readonly string[] => {
  const samples = exposed.families.flatMap((family) => [
    ...(family.type === "histogram"
      ? ["_bucket", "_sum", "_count"].map((suffix) => family.name + suffix)
      : [family.name]),
  ]);
  return selectorsIn(text).flatMap(({ metric, matchers }) => {
    if (!samples.includes(metric)) return [metric];
    const series = exposed.series(metric);
    return matchers
      .filter(({ label, op, value }) => {
        if (label === "job" || label === "instance") return false; // the scrape's own
        if (!series.some(({ labels }) => label in labels)) return true;
        return op === "=" && !series.some(({ labels }) => labels[label] === value);
      })
      .map(({ label, op, value }) => `${metric}{${label}${op}"${value}"}`);
  });
};

describe("a scrape of a busy monitor", () => {
  it("is beyond reproach to promtool", async (context) => {
    needPromtool(context);
    const { status, output } = await promtool(["check", "metrics"], scraped.text);
    expect([status, output]).toEqual([0, ""]);
  });

  it("is read by Prometheus as OpenMetrics too", async (context) => {
    needPromtool(context);
    // What is imported carries its time; what is scraped does not.
    const now = (Date.now() / 1_000).toFixed(3);
    const timed = scraped.openMetrics.replaceAll(/^[^#\n].*$/gm, (line) => `${line} ${now}`);
    const [file, blocks] = [join(folder, "scrape.om"), join(folder, "blocks")];
    await writeFile(file, timed);
    const { status, output } = await promtool(
      ...[["tsdb", "create-blocks-from", "openmetrics", file, blocks]],
    );
    expect([status, output]).toEqual([0, expect.stringContaining("NUM SERIES")]);
    const samples = parseOpenMetrics(scraped.openMetrics).families.flatMap(
      (family) => family.samples,
    );
    expect(output).toContain(` ${samples.length} `);
  });

  it("holds traffic: deliveries, deaths, drops, pauses, an open breaker", () => {
    const sum = (name: string, labels = {}) =>
      exposed
        .series(`datasync_monitor_${name}`, labels)
        .reduce((total, { value }) => total + value, 0);
    expect(sum("deliveries_total", { outcome: "delivered" })).toBeGreaterThan(10);
    expect(sum("deliveries_dead_total", { receiver: "picky" })).toBeGreaterThan(10);
    expect(sum("events_dropped_total", { receiver: "gone" })).toBeGreaterThan(10);
    expect(sum("paused_until_timestamp_seconds", { receiver: "busy" })).toBeGreaterThan(1.7e9);
    expect(sum("breaker_open", { receiver: "gone" })).toBe(1);
    expect(sum("events_refused_total", { reason: "invalid" })).toBe(1);
  });
});

describe("the alert rules", () => {
  const alerts = () => [...rules.matchAll(/- alert: (\w+)$/gm)].map(([, name = ""]) => name);

  it("are sound to promtool", async (context) => {
    needPromtool(context);
    const lint = ["--lint=all", "--lint-fatal"];
    const { status, output } = await promtool([
      "check",
      "rules",
      ...lint,
      fileAt("prometheus/alerts.yml"),
    ]);
    expect([status, output]).toEqual([
      0,
      expect.stringContaining(`SUCCESS: ${alerts().length} rules found`),
    ]);
  });

  it("fire when they should and not otherwise, by their own tests", slow, async (context) => {
    needPromtool(context);
    const { status, output } = await promtool([
      "test",
      "rules",
      fileAt("prometheus/alerts.test.yml"),
    ]);
    expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });

  it("name metrics and labels that the notifier exposes, and so do their tests", async () => {
    expect(selectorsIn(rules).length).toBeGreaterThan(alerts().length);
    expect(strangers(rules)).toEqual([]);
    const tests = await textOf("prometheus/alerts.test.yml");
    const names = new Set(exposed.families.map(({ name }) => name));
    expect(selectorsIn(tests).filter(({ metric }) => !names.has(metric))).toEqual([]);
  });

  it("have a test each", async () => {
    const tests = await textOf("prometheus/alerts.test.yml");
    expect(alerts().filter((name) => !tests.includes(`alertname="${name}"`))).toEqual([]);
  });

  it("have each a name of its own, a severity, and a heading in the page they point to", async () => {
    const page = await textOf("prometheus/README.md");
    expect(new Set(alerts()).size).toBe(alerts().length);
    expect(rules.match(/^ +severity: (?:warning|critical)$/gm)).toHaveLength(alerts().length);
    for (const name of alerts()) {
      expect(page).toContain(`\n### ${name}\n`);
      expect(rules).toContain(`/docs/prometheus/README.md#${name.toLowerCase()}\n`);
    }
    const told = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(told).toEqual(alerts());
  });
});

describe("the dashboard", () => {
  it("asks for metrics and labels that the notifier exposes", () => {
    expect(queries().length).toBeGreaterThan(20);
    const variables = JSON.stringify(dashboard.templating).replaceAll('\\"', '"');
    expect(strangers([...queries(), variables].join("\n"))).toEqual([]);
  });

  it("asks in queries that Prometheus can read", async (context) => {
    needPromtool(context);
    const plain = (query: string) =>
      query
        .replaceAll(/\$__(?:rate_interval|range)/g, "5m")
        .replaceAll(/\$(?:job|instance|receiver)/g, ".*");
    const recorded = queries().map((query, index) => ({
      record: `q:${index}`,
      expr: plain(query),
    }));
    const file = join(folder, "queries.yml"); // JSON is YAML
    await writeFile(file, JSON.stringify({ groups: [{ name: "q", rules: recorded }] }));
    const { status, output } = await promtool(["check", "rules", file]);
    expect([status, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
    expect(recorded.map(({ expr }) => expr).join()).not.toContain("$");
  });

  it("shows every metric there is but the ones it has another word for", () => {
    const shown = new Set(selectorsIn(queries().join("\n")).map(({ metric }) => metric));
    const left = exposed.families
      .map(({ name }) => name)
      .filter((name) => ![name, `${name}_bucket`, `${name}_count`].some((one) => shown.has(one)));
    expect(left).toEqual([]);
  });

  it("is at home anywhere: its data source is a variable, and it has no id", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's placeholder
    const everywhere = { type: "prometheus", uid: "${datasource}" };
    expect(dashboard.id).toBeNull();
    expect(dashboard.templating.list[0]).toMatchObject({ name: "datasource", type: "datasource" });
    const panels = dashboard.panels.filter(({ type }) => type !== "row");
    expect(panels.filter(({ datasource, targets = [] }) => !datasource || !targets.length)).toEqual(
      [],
    );
    const sources = JSON.stringify(dashboard).matchAll(/"datasource":(\{.*?"\})/g);
    expect(new Set([...sources].map(([, source]) => source))).toEqual(
      new Set([JSON.stringify(everywhere)]),
    );
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });
});

it("the page stands in English and in Chinese, with the same headings and the same code", async () => {
  const outline = (page: string) => ({
    levels: [...page.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+/gm)].map(String),
    code: [...page.matchAll(/^```[\s\S]*?^```$/gm)].map(String),
  });
  const [english, chinese] = await Promise.all([
    textOf("prometheus/README.md"),
    textOf("zh-CN/prometheus/README.md"),
  ]);
  expect(outline(chinese)).toEqual(outline(english));
});
