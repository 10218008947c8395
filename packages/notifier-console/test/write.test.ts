import { spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";
import { sampleBatch, sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { consoleNotifier } from "../src/console.ts";
import type { ConsoleStream } from "../src/options.ts";
import { failureOf, sink, slowSink, systemError, turn } from "./support.ts";

const quiet = (stream: Writable) =>
  ["error", "close"].every((name) => stream.listenerCount(name) === 0);

describe("a write", () => {
  it("is over when the stream says so, and not before", async () => {
    const { stream, release } = slowSink();
    let over = false;
    const sent = Promise.resolve(
      consoleNotifier({ stream }).send([sampleEvent()], sendContext()),
    ).then(() => {
      over = true;
    });
    await turn();
    expect(over).toBe(false);
    release();
    await sent;
    expect(over).toBe(true);
  });

  it("is one for the whole batch", async () => {
    const { stream, taken, release } = slowSink();
    const sent = consoleNotifier({ stream }).send(sampleBatch(3), sendContext());
    await turn();
    release();
    await sent;
    expect(taken).toHaveLength(1);
    expect(taken[0]?.match(/\n/g)).toHaveLength(3);
  });

  it("listens to the stream no longer than it lasts", async () => {
    const { stream, release } = slowSink();
    const sent = consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    await turn();
    expect(stream.listenerCount("error")).toBe(1);
    release();
    await sent;
    expect(quiet(stream)).toBe(true);
  });

  it("fails with endpoint when nobody reads any more, and no 'error' event goes unheard", async () => {
    const { stream, release } = slowSink();
    const sent = consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    await turn();
    release(systemError("EPIPE"));
    expect(await failureOf(sent)).toMatchObject({
      code: "endpoint",
      message: "nobody reads the stream any more (EPIPE)",
    });
    await turn();
    expect(quiet(stream)).toBe(true);
  });

  it("fails with endpoint when the process at the other end of a pipe has left", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.destroy()"]);
    const notifier = consoleNotifier({ stream: child.stdin });
    await once(child, "exit");
    const sent = notifier.send([sampleEvent()], sendContext());
    expect(await failureOf(sent)).toMatchObject({ code: "endpoint" });
  });

  it("fails with unavailable when the trouble may pass", async () => {
    const stream = new Writable({
      autoDestroy: false,
      write: (_chunk, _encoding, done) => done(systemError("ENOSPC")),
    });
    const notifier = consoleNotifier({ stream });
    expect(await failureOf(notifier.send([sampleEvent()], sendContext()))).toMatchObject({
      code: "unavailable",
      message: "the stream refused the write (ENOSPC)",
    });
    await turn();
    expect(quiet(stream)).toBe(true);
    // Node keeps what is written to a stream that has failed, for ever.
    expect(await failureOf(notifier.send([sampleEvent()], sendContext()))).toMatchObject({
      code: "endpoint",
    });
  });

  it("piles up no listeners on a stream that fails and never emits it", async () => {
    let listeners = 0;
    const stream: ConsoleStream = {
      write: (_text, done) => done(new Error("no")),
      on: () => (listeners += 1),
      off: () => (listeners -= 1),
    };
    const notifier = consoleNotifier({ stream });
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const failure = await failureOf(notifier.send([sampleEvent()], sendContext()));
      expect(failure.message).toBe("the stream refused the write (no code)");
    }
    expect(listeners).toBeLessThanOrEqual(2);
  });

  it("fails with endpoint when the stream is closed under it", async () => {
    const { stream } = slowSink();
    const sent = consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    await turn();
    stream.destroy();
    expect(await failureOf(sent)).toMatchObject({ code: "endpoint" });
  });

  it("is not begun on a stream that has ended or was destroyed, and verify() says so", async () => {
    const ended = sink().stream.end();
    const destroyed = sink().stream.destroy();
    for (const stream of [ended, destroyed]) {
      const notifier = consoleNotifier({ stream });
      const signal = new AbortController().signal;
      expect(await failureOf(notifier.send([sampleEvent()], sendContext()))).toMatchObject({
        code: "endpoint",
      });
      expect(await failureOf(notifier.verify?.({ signal }))).toMatchObject({ code: "endpoint" });
    }
  });

  it("is not begun once it was called off", async () => {
    const { stream, text } = sink();
    const context = sendContext({ signal: AbortSignal.abort() });
    const sent = consoleNotifier({ stream }).send([sampleEvent()], context);
    expect(await failureOf(sent)).toMatchObject({ code: "aborted" });
    expect(text()).toBe("");
  });

  it("works with an object that has nothing but write()", async () => {
    const lines: string[] = [];
    const stream: ConsoleStream = {
      write(text, done) {
        lines.push(text);
        done();
      },
    };
    await consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    expect(lines).toHaveLength(1);
  });

  it("fails in our words when write() itself throws", async () => {
    const stream: ConsoleStream = {
      write() {
        throw systemError("EBADF");
      },
    };
    const sent = consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    expect(await failureOf(sent)).toMatchObject({ code: "endpoint" });
  });

  it("fails in our words when write() is async and rejects", async () => {
    const stream: ConsoleStream = {
      async write() {
        throw systemError("ENOSPC");
      },
    };
    const sent = consoleNotifier({ stream }).send([sampleEvent()], sendContext());
    expect(await failureOf(sent)).toMatchObject({ code: "unavailable" });
  });

  it.each([
    ["at once", (lines: string[]) => (text: string) => void lines.push(text)],
    [
      "by a promise",
      (lines: string[]) => async (text: string) => {
        await Promise.resolve();
        lines.push(text);
      },
    ],
  ])("takes a write() of the text alone for done %s, and goes on", async (_, writeTo) => {
    const lines: string[] = [];
    const notifier = consoleNotifier({ stream: { write: writeTo(lines) }, format: "json" });
    for (const message of ["one", "two"]) {
      await notifier.send([sampleEvent({ message })], sendContext({ idempotencyKey: message }));
    }
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["one", "two"]);
  });

  it("never ends the stream", async () => {
    const { stream } = sink();
    const notifier = consoleNotifier({ stream });
    await notifier.send([sampleEvent()], sendContext());
    await notifier.close?.();
    expect(stream.writableEnded || stream.destroyed).toBe(false);
  });
});

describe("a reader that stands still", () => {
  const attempt = (notifier: ReturnType<typeof consoleNotifier>, key: string) => {
    const stop = new AbortController();
    const context = sendContext({ idempotencyKey: key, signal: stop.signal });
    const sent = Promise.resolve(notifier.send([sampleEvent({ message: key })], context));
    return { sent, stop: () => stop.abort() };
  };

  it("gets a batch once, however often it is tried again meanwhile", async () => {
    const { stream, taken, release } = slowSink();
    const notifier = consoleNotifier({ stream });
    for (let count = 0; count < 15; count += 1) {
      const { sent, stop } = attempt(notifier, "a");
      await turn();
      stop();
      expect(await failureOf(sent)).toMatchObject({ code: "ambiguous" });
    }
    expect(stream.listenerCount("error")).toBe(1);
    const last = attempt(notifier, "a");
    await turn();
    release();
    await last.sent;
    expect(taken).toHaveLength(1);
    expect(quiet(stream)).toBe(true);
  });

  it("gets it once, too, when it was taken between two attempts", async () => {
    const { stream, taken, release } = slowSink();
    const notifier = consoleNotifier({ stream });
    const first = attempt(notifier, "a");
    await turn();
    first.stop();
    await failureOf(first.sent);
    release();
    await turn();
    await attempt(notifier, "a").sent;
    expect(taken).toHaveLength(1);
    const again = attempt(notifier, "a"); // a replay is a new delivery
    await turn();
    release();
    await again.sent;
    expect(taken).toHaveLength(2);
  });

  it("is handed one batch at a time, in order", async () => {
    const { stream, taken, release } = slowSink();
    const notifier = consoleNotifier({ stream });
    const sends = ["a", "b", "c"].map((key) => attempt(notifier, key));
    await turn();
    expect(taken).toHaveLength(1);
    sends[1]?.stop();
    expect(await failureOf(sends[1]?.sent)).toMatchObject({ code: "aborted" });
    release();
    await sends[0]?.sent;
    await turn();
    release();
    await sends[2]?.sent;
    expect(taken.map((line) => JSON.parse(line).message)).toEqual(["a", "c"]);
  });

  it("is tried afresh after the write that it held has failed", async () => {
    const { stream, taken, release } = slowSink();
    stream.on("error", () => undefined);
    const notifier = consoleNotifier({ stream });
    const first = attempt(notifier, "a");
    await turn();
    first.stop();
    await failureOf(first.sent);
    release(systemError("EPIPE"));
    await turn();
    expect(await failureOf(attempt(notifier, "a").sent)).toMatchObject({ code: "endpoint" });
    expect(taken).toHaveLength(1);
  });
});
