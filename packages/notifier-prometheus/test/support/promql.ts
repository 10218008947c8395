/** A metric as a query names it, with its label matchers. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly op: string;
    readonly value: string;
  }[];
}

const metricPattern = /\b(datasync_monitor_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
const matcherPattern = /([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g;

/** Every metric that is named in a text, in queries or beside them. */
export const selectorsIn = (text: string): readonly Selector[] =>
  [...text.matchAll(metricPattern)].map(([, metric = "", inner = ""]) => ({
    metric,
    matchers: [...inner.matchAll(matcherPattern)].map(([, label = "", op = "", value = ""]) => ({
      label,
      op,
      value,
    })),
  }));
