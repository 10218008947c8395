/** A small, strict parser of the Prometheus text format, version 0.0.4: anything odd throws. */

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

const belongs = (sample: string, { name, type }: Family): boolean =>
  type === "histogram"
    ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
    : sample === name;

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

export const parseExposition = (text: string): Exposition => {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families: (Family & { samples: Sample[] })[] = [];
  const seen = new Set<string>();
  let help: { name: string; text: string } | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      help = { name, text: rest };
    } else if (kind === "TYPE") {
      if (help?.name !== name) throw new Error(`no help for ${name}`);
      if (families.some((family) => family.name === name)) throw new Error(`${name} twice`);
      if (!["counter", "gauge", "histogram"].includes(rest)) throw new Error(`type ${rest}`);
      families.push({ name, help: help.text, type: rest, samples: [] });
    } else {
      const [, sample, labelText = "", value] = samplePattern.exec(line) ?? [];
      const family = families.at(-1);
      if (sample === undefined || value === undefined || family === undefined)
        throw new Error(`not a sample: ${JSON.stringify(line)}`);
      if (!belongs(sample, family)) throw new Error(`${sample} is not of ${family.name}`);
      const labels = parseLabels(labelText);
      const key = JSON.stringify([sample, Object.entries(labels).sort()]);
      if (seen.has(key)) throw new Error(`a series twice: ${line}`);
      seen.add(key);
      family.samples.push({ name: sample, labels, value: numberOf(value) });
    }
  }
  return new Exposition(families);
};
