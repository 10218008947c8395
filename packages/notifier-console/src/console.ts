import { defineNotifier, type Locale, type Notifier } from "@datasync-monitor/core";
import { type ConsoleOptions, readOptions } from "./options.ts";
import { jsonLine, prettyEvent } from "./render.ts";
import { checkOpen } from "./stream-write.ts";
import { writer } from "./writer.ts";

/**
 * Prints events: pretty on a terminal, one JSON object a line elsewhere.
 *
 * `send()` resolves when the stream says that the text is written, so a reader that is slower than
 * the events is waited for. The stream is never closed.
 *
 * @throws ConfigError naming the option that is wrong.
 */
export const consoleNotifier = (options: ConsoleOptions = {}): Notifier => {
  const { stream, pretty, color, locale, timeZone } = readOptions(options, process.env);
  const write = writer(stream);
  let host: { locale: Locale; timeZone: string } = { locale: "en", timeZone: "UTC" };

  return defineNotifier({
    id: "console",
    maxBatchSize: 100,
    attach(monitor) {
      host = { locale: monitor.locale, timeZone: monitor.timeZone };
    },
    async send(batch, { idempotencyKey, signal }) {
      const words = {
        color,
        locale: locale ?? host.locale,
        timeZone: timeZone ?? host.timeZone,
      };
      const lines = batch.map((event) => (pretty ? prettyEvent(event, words) : jsonLine(event)));
      await write(idempotencyKey, lines.join(""), signal);
    },
    async verify() {
      checkOpen(stream);
    },
  });
};
