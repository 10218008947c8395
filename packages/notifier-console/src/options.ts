import {
  ConfigError,
  checkOptions,
  checkTimeZone,
  choiceOption,
  flagOption,
  type Locale,
} from "@datasync-monitor/core";

const owner = "consoleNotifier()";

/** The part of a Node writable that is used: `process.stdout`, a file stream, or an object of your own. */
export interface ConsoleStream {
  /**
   * Calls `done` once the text is written, or with the reason why it is not. One that takes the text alone has
   * written it when it returns, or when the promise that it returns resolves.
   */
  write(text: string, done: (error?: Error | null) => void): unknown;
  on?(event: "error" | "close", listener: (error?: Error) => void): unknown;
  off?(event: "error" | "close", listener: (error?: Error) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly destroyed?: boolean | undefined;
  readonly writableEnded?: boolean | undefined;
  readonly errored?: Error | null | undefined;
}

export interface ConsoleOptions {
  /** Where the lines go. Default `process.stdout`. It is never ended or destroyed. */
  readonly stream?: ConsoleStream | undefined;
  /** Default `"auto"`: pretty on a terminal, one JSON object a line elsewhere. */
  readonly format?: "auto" | "pretty" | "json" | undefined;
  /** Of the pretty form. Default: `FORCE_COLOR` if it is set, else on a terminal unless `NO_COLOR` is set. */
  readonly color?: boolean | undefined;
  /** Language of the pretty form. Default: the monitor's. */
  readonly locale?: Locale | undefined;
  /** Time zone of the pretty form, an IANA name: `"Asia/Shanghai"`. Default: the monitor's. */
  readonly timeZone?: string | undefined;
}

interface Settings {
  readonly stream: ConsoleStream;
  readonly pretty: boolean;
  readonly color: boolean;
  readonly locale: Locale | undefined;
  readonly timeZone: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Colour unless told otherwise. `FORCE_COLOR` wins over `NO_COLOR`, as in Node itself; an empty variable counts as unset. */
export const colorByDefault = (isTerminal: boolean, env: Environment): boolean => {
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
};

const streamOption = (value: ConsoleStream | undefined): ConsoleStream => {
  if (value === undefined) return process.stdout;
  if (typeof value === "object" && value !== null && typeof value.write === "function") {
    return value;
  }
  throw new ConfigError(
    "stream",
    `${owner}: \`stream\` must have a \`write(text, done)\` method, such as \`process.stderr\`.`,
  );
};

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: ConsoleOptions, env: Environment): Settings => {
  checkOptions(owner, options, ["stream", "format", "color", "locale", "timeZone"]);
  const { locale, timeZone } = options;
  const stream = streamOption(options.stream);
  const isTerminal = stream.isTTY === true;
  const format = choiceOption(owner, "format", options.format, "auto", ["auto", "pretty", "json"]);
  return {
    stream,
    pretty: format === "pretty" || (format === "auto" && isTerminal),
    color: flagOption(owner, "color", options.color, colorByDefault(isTerminal, env)),
    locale:
      locale === undefined
        ? undefined
        : choiceOption<Locale>(owner, "locale", locale, "en", ["en", "zh-CN"]),
    timeZone: timeZone === undefined ? undefined : checkTimeZone(owner, timeZone),
  };
};
