/** A small, strict parser of the Prometheus text format, version 0.0.4, and of OpenMetrics: anything odd throws. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const samplePattern =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|Inf|Na[Nn]))$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

const unescapeLabel = (text: string): string =>
  text.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));

const parseLabels = (text: string): Record<string, string> => {
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const at = labelPattern.lastIndex;
    const [, name, value] = labelPattern.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new Error(`bad labels at ${at}: ${JSON.stringify(text)}`);
    if (name in labels) throw new Error(`label ${name} twice in ${JSON.stringify(text)}`);
    labels[name] = unescapeLabel(value);
  }
  return labels;
};

const numberOf = (text: string): number => {
  if (/inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text); // "Nan", as prom-client writes it, is NaN too
};

/** The names of a family's samples, by its type. */
type Suffixes = Readonly<Record<string, readonly string[]>>;

const histogram = ["_bucket", "_sum", "_count"];
const text: Suffixes = { counter: [""], gauge: [""], histogram };
const openMetrics: Suffixes = { counter: ["_total"], gauge: [""], histogram };

export class Exposition {
  readonly families: readonly Family[];

  constructor(families: readonly Family[]) {
    this.families = families;
  }

  family(name: string): Family | undefined {
    return this.families.find((family) => family.name === name);
  }

  /** The series of one sample name whose labels include `labels`. */
  series(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    return this.families
      .flatMap((family) => family.samples)
      .filter((sample) => sample.name === name)
      .filter((sample) =>
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      );
  }

  /** The value of the one series that fits; undefined where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.series(name, labels);
    if (found.length > 1) throw new Error(`${found.length} series of ${name} fit`);
    return found[0]?.value;
  }
}

const parse = (lines: readonly string[], suffixes: Suffixes): Exposition => {
  const families: (Family & { samples: Sample[] })[] = [];
  const seen = new Set<string>();
  let help: { name: string; text: string } | undefined;
  for (const line of lines) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      help = { name, text: rest };
    } else if (kind === "TYPE") {
      if (help?.name !== name) throw new Error(`no help for ${name}`);
      if (families.some((family) => family.name === name)) throw new Error(`${name} twice`);
      if (!Object.hasOwn(suffixes, rest)) throw new Error(`type ${rest}`);
      families.push({ name, help: help.text, type: rest, samples: [] });
    } else {
      const [, sample, labelText = "", value] = samplePattern.exec(line) ?? [];
      const family = families.at(-1);
      if (sample === undefined || value === undefined || family === undefined)
        throw new Error(`not a sample: ${JSON.stringify(line)}`);
      if (!suffixes[family.type]?.some((suffix) => sample === family.name + suffix))
        throw new Error(`${sample} is not of ${family.name}`);
      const labels = parseLabels(labelText);
      const key = JSON.stringify([sample, Object.entries(labels).sort()]);
      if (seen.has(key)) throw new Error(`a series twice: ${line}`);
      seen.add(key);
      family.samples.push({ name: sample, labels, value: numberOf(value) });
    }
  }
  return new Exposition(families);
};

export const parseExposition = (body: string): Exposition => {
  if (!body.endsWith("\n")) throw new Error("the last line does not end");
  return parse(
    body.split("\n").filter((line) => line !== ""),
    text,
  );
};

/** https://prometheus.io/docs/specs/om/open_metrics_spec/ without exemplars and times. */
export const parseOpenMetrics = (body: string): Exposition => {
  if (!body.endsWith("\n# EOF\n")) throw new Error("no end of file");
  const lines = body.split("\n").slice(0, -2);
  if (lines.includes("")) throw new Error("an empty line");
  for (const line of lines) {
    const [, help] = /^# HELP \S+ (.*)$/.exec(line) ?? [];
    if (help !== undefined && !/^(?:[^"\\]|\\[n"\\])*$/.test(help))
      throw new Error(`help: ${line}`);
    if (/^# TYPE \S+_total counter$/.test(line)) throw new Error(`not a family: ${line}`);
  }
  return parse(lines, openMetrics);
};
