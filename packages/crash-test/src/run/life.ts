import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Kind, type Line, type LineOf, lineReader } from "../lines.ts";
import type { Ledger } from "../oracle/ledger.ts";
import { childProgram } from "../program.ts";
import type { ChildSettings } from "../settings.ts";

export interface LifeOptions {
  /** A command that runs it, such as strace with its options. */
  readonly wrapper?: readonly string[] | undefined;
  /** `<name>:<n>:<mode>` */
  readonly failpoint?: string | undefined;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of a cycle, from its start to its end. */
export class Life {
  readonly name: string;
  /** When its pipes are read to their ends. */
  readonly ended: Promise<End>;
  readonly #child: ChildProcess;
  readonly #ledger: Ledger;
  readonly #lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  #pid: number | undefined;
  #hasExited = false;
  #end: End | undefined;
  #printed = "";
  /** It was killed on purpose, by whichever means. */
  #doomed: boolean;

  constructor(settings: ChildSettings, ledger: Ledger, { wrapper = [], failpoint }: LifeOptions) {
    this.name = settings.life;
    this.#ledger = ledger;
    this.#doomed = wrapper.length > 0 || failpoint?.endsWith(":kill") === true;
    const program = [process.execPath, childProgram];
    const [command = process.execPath, ...parameters] = [
      ...wrapper,
      ...program,
      JSON.stringify(settings),
    ];
    this.#child = spawn(command, parameters, {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: { ...process.env, FAILPOINT: failpoint ?? "" },
    });
    const [, out, err, told] = this.#child.stdio as unknown as Readable[];
    for (const stream of [out, err]) stream?.on("data", (chunk) => this.#print(String(chunk)));
    told?.on(
      "data",
      lineReader((line) => this.#heard(line)),
    );
    this.ended = new Promise((resolve) => {
      this.#child.on("error", (error) => this.#print(String(error)));
      // From here on its number may be another's.
      this.#child.on("exit", () => {
        this.#hasExited = true;
      });
      this.#child.on("close", (code, signal) => resolve(this.#over({ code, signal })));
    });
    ledger.note(`${this.name} starts ${failpoint ?? ""} ${wrapper.join(" ")}`);
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  get printed(): string {
    return this.#printed;
  }

  /** The first line of a kind that it says or has said; undefined when it ends, or time runs out, before. */
  async said<K extends Kind>(
    kind: K,
    { matches = () => true, withinMs = 20_000 }: LineQuery<K> = {},
  ): Promise<LineOf<K> | undefined> {
    const isIt = (line: Line): line is LineOf<K> =>
      line.kind === kind && matches(line as LineOf<K>);
    const until = performance.now() + withinMs;
    for (;;) {
      const found = this.#lines.find(isIt);
      if (found !== undefined || this.isOver || performance.now() >= until) return found;
      await this.#more(until - performance.now());
    }
  }

  kill(): Promise<End> {
    this.#doomed = true;
    this.signal("SIGKILL");
    return this.ended;
  }

  stop(): void {
    this.#ledger.stopped.add(this.name);
    this.signal("SIGSTOP");
  }

  resume(): void {
    this.signal("SIGCONT");
  }

  terminate(): void {
    this.signal("SIGTERM");
  }

  /** To the program itself, not to what runs it. */
  signal(name: NodeJS.Signals): void {
    this.#ledger.note(`${this.name} gets ${name}`);
    const pid = this.#pid ?? this.#child.pid;
    if (pid === undefined || this.#hasExited) return;
    try {
      process.kill(pid, name);
    } catch {
      // It has just ended.
    }
  }

  #heard(line: Line): void {
    if (line.kind === "up") this.#pid = line.pid;
    this.#lines.push(line);
    this.#ledger.heard(this.name, line);
    this.#tell();
  }

  #print(text: string): void {
    this.#printed = (this.#printed + text).slice(-10_000);
  }

  #over(end: End): End {
    this.#end = end;
    if (!this.#lines.some(({ kind }) => kind === "closed")) {
      this.#ledger.died(this.name, `${end.signal ?? end.code}`);
      const isExpected = this.#doomed && end.signal === "SIGKILL";
      if (!isExpected)
        this.#ledger.faults.push(
          `${this.name} ended by itself (${end.signal ?? end.code}): ${this.#printed}`,
        );
    }
    this.#tell();
    return end;
  }

  #tell(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #more(withinMs: number): Promise<void> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => this.#waiting.add(resolve));
    const late = sleep(withinMs, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([woken, late]);
    timer.abort();
  }
}

interface LineQuery<K extends Kind> {
  readonly matches?: (line: LineOf<K>) => boolean;
  readonly withinMs?: number;
}
