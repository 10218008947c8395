import { Registry } from "prom-client";

/** The text format of Prometheus, which every scraper reads, and OpenMetrics. */
export type Format = "text" | "openmetrics";

export const contentTypes: Readonly<Record<Format, string>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** What each format is asked for by: media type and version, where one is named. */
const wanted: Readonly<Record<Format, RegExp>> = {
  text: /^(?:\*\/\*|text\/\*|text\/plain(?:;version=0\.0\.4)?)$/,
  openmetrics: /^application\/openmetrics-text(?:;version=1\.0\.0)?$/,
};

/** One range of an `Accept` header: its media type with its version alone, and how much it is wanted. */
const readRange = (range: string): { readonly type: string; readonly weight: number } => {
  const [type = "", ...parameters] = range.toLowerCase().replaceAll(/[\s"]/g, "").split(";");
  const named = (name: string) =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const version = named("version");
  const weight = Number(named("q") ?? 1);
  return {
    type: version === undefined ? type : `${type};version=${version}`,
    weight: weight >= 0 && weight <= 1 ? weight : 0,
  };
};

/** More than any scraper sends; what comes after is not read. */
const mostRanges = 32;

/**
 * OpenMetrics for a scraper that likes it better than the text format, as Prometheus does; else the
 * text format, also where neither is named.
 */
export const negotiate = (accept: string | undefined): Format => {
  const ranges = (accept ?? "").split(",", mostRanges).map(readRange);
  const weightOf = (format: Format): number =>
    Math.max(0, ...ranges.flatMap(({ type, weight }) => (wanted[format].test(type) ? weight : [])));
  return weightOf("openmetrics") > weightOf("text") ? "openmetrics" : "text";
};

const typeLine = /^# TYPE (\S+) (\S+)$/m;

/**
 * One metric as prom-client writes it in the text format, under the name it was registered by. An
 * OpenMetrics scrape that the registry's owner made takes `_total` off a counter for good.
 */
export const asText = (block: string, name: string): string => {
  const [, found = name] = typeLine.exec(block) ?? [];
  return found === name ? block : rename(block, { family: name, sample: name });
};

/** The same in OpenMetrics, where a counter's family has no `_total`, and its samples always have. */
export const asOpenMetrics = (block: string, name: string): string => {
  const isCounter = typeLine.exec(block)?.[2] === "counter";
  const quoted = block.replace(/^# HELP .*$/m, (line) => line.replaceAll('"', '\\"'));
  if (!isCounter) return quoted;
  const family = name.replace(/_total$/, "");
  return rename(quoted, { family, sample: `${family}_total` });
};

const rename = (
  block: string,
  { family, sample }: { readonly family: string; readonly sample: string },
): string =>
  block
    .split("\n") // not by `^`: a label value may hold other line ends, which this format does not know
    .map((line) =>
      line
        .replace(/^# (HELP|TYPE) \S+/, (_, keyword) => `# ${keyword} ${family}`)
        .replace(/^[A-Za-z_:][\w:]*/, () => sample),
    )
    .join("\n");
