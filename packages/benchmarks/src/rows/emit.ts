import { Writable } from "node:stream";
import { createMonitor } from "@datasync-monitor/core";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { pino } from "pino";
import { createLogger, transports } from "winston";
import { registerDead } from "../dead-receivers.ts";
import { guideEvent, guideFields, guideMessage } from "../event.ts";
import { atMost, median, type Row, told } from "../row.ts";

const rounds = 25;
const turnsInRound = 50;
const callsInTurn = 200;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Cost {
  /** Microseconds inside the call: what the service waits for. */
  readonly call: number;
  /** Microseconds of the call and of all it causes later. */
  readonly whole: number;
}

const measure = async (call: () => void): Promise<Cost> => {
  let inside = 0;
  const startedAt = performance.now();
  for (let turn = 0; turn < turnsInRound; turn += 1) {
    const calledAt = performance.now();
    for (let n = 0; n < callsInTurn; n += 1) call();
    inside += performance.now() - calledAt;
    await nextTurn();
  }
  const calls = turnsInRound * callsInTurn;
  return {
    call: (inside / calls) * 1_000,
    whole: ((performance.now() - startedAt) / calls) * 1_000,
  };
};

const winstonLogger = () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return createLogger({ transports: [new transports.Stream({ stream })] });
};

/** OpenTelemetry's log SDK with its batch processor and an exporter that has nothing to do. */
const otelLogger = () => {
  const exporter = {
    export: (_logs: unknown, done: (result: { code: 0 }) => void) => done({ code: 0 }),
    shutdown: async () => {},
    forceFlush: async () => {},
  };
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
  return provider.getLogger("bench");
};

const show = (us: number): string => `${us.toFixed(2)} µs`;

/** `emitEvent` with four receivers whose queues are full, beside pino and winston writing the same fields to nowhere. */
export const emitRows = async (): Promise<Row[]> => {
  const monitor = createMonitor({ onProblem: () => {} });
  registerDead(monitor, 4);
  const log = pino({ timestamp: pino.stdTimeFunctions.epochTime }, { write: () => {} });
  const winston = winstonLogger();
  const otel = otelLogger();
  const calls = {
    ours: () => void monitor.emitEvent(guideEvent()),
    pino: () => log.info(guideFields(), guideMessage),
    winston: () => void winston.info(guideMessage, guideFields()),
    otel: () =>
      otel.emit({
        severityNumber: SeverityNumber.INFO,
        body: guideMessage,
        attributes: guideFields(),
      }),
  };
  const costs: Record<keyof typeof calls, Cost[]> = {
    ours: [],
    pino: [],
    winston: [],
    otel: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ["ours", "pino", "winston", "otel"] as const)
      costs[name].push(await measure(calls[name]));
  }
  // The first rounds fill the queues and warm the code.
  const of = (name: keyof typeof calls, part: keyof Cost) =>
    median(costs[name].slice(5).map((cost) => cost[part]));
  const [ours, peer, other] = [of("ours", "call"), of("pino", "call"), of("winston", "call")];
  const sdk = of("otel", "call");
  await monitor.close({ deadlineMs: 0 });
  return [
    atMost({
      row: "emit",
      ours: show(ours),
      peer: `pino ${show(peer)}`,
      ratio: ours / peer,
      bar: 0.8,
    }),
    atMost({
      row: "emit-winston",
      ours: show(ours),
      peer: `winston ${show(other)}`,
      ratio: ours / other,
      bar: 0.8,
    }),
    told({
      row: "emit-otel",
      ours: show(ours),
      peer: `OpenTelemetry logs ${show(sdk)}`,
      ratio: ours / sdk,
    }),
    // Four receivers' queues, books, history and metrics, for the price of so many log lines.
    told({
      row: "emit-and-its-turn",
      ours: show(of("ours", "whole")),
      peer: `pino ${show(of("pino", "whole"))}`,
      ratio: of("ours", "whole") / of("pino", "whole"),
    }),
  ];
};
