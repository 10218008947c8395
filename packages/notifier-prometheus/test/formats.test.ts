import { readFile } from "node:fs/promises";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { Counter, Gauge, Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { negotiate } from "../src/format.ts";
import { type PrometheusNotifier, prometheus } from "../src/index.ts";
import { parseExposition, parseOpenMetrics } from "./support/exposition.ts";
import { ask, scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";
const text = "text/plain; version=0.0.4; charset=utf-8";
const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const prometheus2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Scrapes over HTTP, asking for what `accept` says. */
const scraper = async (notifier: PrometheusNotifier) => {
  const server = await notifier.serve({ port: 0 });
  closing.push(server.close);
  return (accept?: string) => ask(server.url, "GET", accept === undefined ? {} : { accept });
};

/** Counters by both of the names that people give them, and a help text that needs quoting. */
const registryOfTheUser = () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: "requests_total", help: 'Say "please".', registers }).inc(3);
  new Counter({ name: "jobs", help: "C:\\jobs\nand more.", registers, labelNames: ["q"] }).inc(
    { q: '# TYPE x counter "\\\n' },
    4,
  );
  new Gauge({ name: "temperature_celsius", help: "Outside.", registers }).set(21);
  return registry;
};

describe("what a scraper asks for", () => {
  it.each([
    [undefined, text],
    ["*/*", text],
    ["", text],
    ["text/html", text],
    ["text/plain", text],
    [text, text],
    [prometheus2, openMetrics],
    [prometheus3, openMetrics],
    [openMetrics, openMetrics],
    ["Application/OpenMetrics-Text", openMetrics],
    ['application/openmetrics-text; version="1.0.0"', openMetrics],
    ["application/openmetrics-text;version=0.0.1", text],
    ["application/openmetrics-text;q=0", text],
    ["application/openmetrics-text;q=0.4, text/plain;q=0.5", text],
    ["application/openmetrics-text, text/plain", text],
    ["application/openmetrics-text;q=nonsense", text],
    ["application/openmetrics-text;q=9, text/plain;q=0.5", text],
    ["application/openmetrics-text;q=0.1, text/plain;q=nonsense", openMetrics],
  ])("is answered in kind: %s", async (accept, contentType) => {
    const { status, headers, body } = await (await scraper(prometheus()))(accept);
    expect([status, headers["content-type"]]).toEqual([200, contentType]);
    expect(headers.vary).toBe("accept");
    const parse = contentType === text ? parseExposition : parseOpenMetrics;
    expect(parse(body).value(`${prefix}build_info`)).toBe(1);
  });

  it("never fails, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (accept) => {
        expect(["text", "openmetrics"]).toContain(negotiate(accept));
      }),
    );
  });
});

it.each(["\r", "\u2028", "\u2029"])("leaves a label value whole that holds %j", async (end) => {
  const registry = new Registry();
  const q = `first${end}second third${end}# TYPE x counter`;
  new Counter({ name: "jobs", help: "Jobs.", registers: [registry], labelNames: ["q"] }).inc({ q });
  const { body } = await (await scraper(prometheus({ registry })))(openMetrics);
  expect(body).toContain(`jobs_total{q="${q}"} 1\n`);
});

describe("the two formats of one registry", () => {
  it("trap 67: say the same, with `_total` on every counter, in any order of scrapes", async () => {
    const registry = registryOfTheUser();
    const notifier = prometheus({ registry });
    await notifier.send([sampleEvent()], sendContext());
    const get = await scraper(notifier);
    const first = await get();
    for (let round = 0; round < 3; round += 1) {
      const open = parseOpenMetrics((await get(prometheus2)).body);
      const plain = await get(text);
      expect(plain.body).toBe(first.body);
      const families = parseExposition(plain.body).families;
      expect(open.families.flatMap(({ samples }) => samples.length)).toEqual(
        families.flatMap(({ samples }) => samples.length),
      );
      const values = families
        .flatMap(({ samples }) => samples)
        .filter(({ name }) => name !== "jobs")
        .map(({ name, labels }) => [name, open.value(name, labels)]);
      expect(values.filter(([, value]) => value === undefined)).toEqual([]);
    }
    expect(parseExposition(first.body).value("jobs")).toBe(4);
  });

  it("name a counter by its family in OpenMetrics, whether or not it was called `_total`", async () => {
    const get = await scraper(prometheus({ registry: registryOfTheUser() }));
    const open = parseOpenMetrics((await get(openMetrics)).body);
    expect(open.family("requests")).toMatchObject({ type: "counter", help: 'Say \\"please\\".' });
    expect(open.value("requests_total")).toBe(3);
    expect(open.series("jobs_total")).toEqual([
      { name: "jobs_total", labels: { q: '# TYPE x counter "\\\n' }, value: 4 },
    ]);
    expect(open.family(`${prefix}records`)?.type).toBe("counter");
    expect(open.family(`${prefix}operation_records`)?.type).toBe("histogram");
  });

  it("leave the registry as it was", async () => {
    const registry = registryOfTheUser();
    const notifier = prometheus({ registry });
    const before = await registry.metrics();
    const get = await scraper(notifier);
    await get(openMetrics);
    expect(await registry.metrics()).toBe(before);
    expect(registry.contentType).toBe(text);
    expect(notifier.contentType).toBe(text);
    expect(registry.getSingleMetric("requests_total")).toBeDefined();
  });

  it("trap 68: leave out alone what cannot be collected, and count it in that scrape", async () => {
    const registry = registryOfTheUser();
    const collect = () => {
      throw new Error("token=SECRET");
    };
    new Gauge({ name: "bad", help: "Bad.", registers: [registry], collect });
    const get = await scraper(prometheus({ registry }));
    const { body } = await get(openMetrics);
    const open = parseOpenMetrics(body);
    expect(body).not.toContain("SECRET");
    expect(open.family("bad")).toBeUndefined();
    expect(open.value("requests_total")).toBe(3);
    expect(open.value(`${prefix}collect_failures_total`)).toBe(1);
  });
});

describe("a registry that its owner set to OpenMetrics", () => {
  const setToOpenMetrics = (registry: Registry) =>
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);

  it("is shown in that, whatever is asked for", async () => {
    const registry = registryOfTheUser();
    setToOpenMetrics(registry);
    const notifier = prometheus({ registry });
    const get = await scraper(notifier);
    for (const accept of [undefined, text, openMetrics]) {
      const { headers, body } = await get(accept);
      expect(headers["content-type"]).toBe(openMetrics);
      expect(parseOpenMetrics(body).value("requests_total")).toBe(3);
    }
    expect(notifier.contentType).toBe(openMetrics);
    expect(parseOpenMetrics(await notifier.metrics()).series("jobs_total")).toHaveLength(1);
  });

  it("keeps its exemplars", async () => {
    const registry = new Registry();
    setToOpenMetrics(registry);
    const registers = [registry];
    const traced = new Counter({ name: "t_total", help: "T.", registers, enableExemplars: true });
    traced.inc({ value: 2, exemplarLabels: { trace_id: "abc" } } as never);
    const body = await prometheus({ registry }).metrics();
    expect(body).toMatch(/^# TYPE t counter\nt_total 2 # \{trace_id="abc"\} 2 \d/m);
  });

  it("trap 67: has its counters' names again once it is set back to text", async () => {
    const registry = registryOfTheUser();
    const notifier = prometheus({ registry });
    const before = await notifier.metrics();
    setToOpenMetrics(registry);
    await registry.metrics(); // prom-client's own, which renames the metrics it finds
    await notifier.metrics();
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    expect(await notifier.metrics()).toBe(before);
    expect(await registry.metrics()).toContain(`\n# TYPE ${prefix}records_total counter\n`);
  });
});

describe("the metrics", () => {
  it("are told in the README, one by one", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const names = (await scrape(prometheus({ prefix: "x_" }))).families.map(({ name }) => name);
    expect(names.filter((name) => !readme.includes(`\`${name.slice(2)}\``))).toEqual([]);
  });

  it("follow the naming conventions of Prometheus", async () => {
    for (const { name, help, type, samples } of (await scrape(prometheus())).families) {
      expect(help).toMatch(/^[A-Z1].+\.$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(name).toMatch(/^datasync_monitor_[a-z]+(_[a-z]+)*$/);
      for (const { labels } of samples)
        for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
    }
  });
});
