import { expect, it, onTestFinished, vi } from "vitest";
import { client, patient } from "./client.ts";
import { serve } from "./servers.ts";

// Alone in its file: undici keeps the first timer that it makes, and with a real one no fake time passes for it.
it("has no deadline but its signal's: an answer may take more than five minutes", async () => {
  let answer = (): void => {};
  const server = await serve((_, response) => {
    answer = () => response.end("late");
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const post = client().post({ url: server.url, body: "x", signal: patient() });
  post.catch(() => {});
  while (server.seen.length === 0) await turn();
  for (let tick = 0; tick < 700; tick += 1) {
    await vi.advanceTimersByTimeAsync(500);
    await turn();
  }
  answer();
  vi.useRealTimers();
  expect((await post).body).toBe("late");
});
