import { createMonitor, type Monitor } from "@datasync-monitor/core";
import {
  checkBooks,
  type FeishuStandIn,
  fakeClock,
  feishuStandIn,
} from "@datasync-monitor/testkit";
import { afterEach, expect, it } from "vitest";
import { feishu } from "../src/index.ts";

const start = Date.UTC(2025, 7, 29, 10, 30);
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const rig = async (options: { readonly rates?: boolean } = {}) => {
  const clock = fakeClock(start);
  const bot = await feishuStandIn({ ...options, now: clock.now });
  const monitor = createMonitor({ clock, random: () => 0.5, onProblem: () => undefined });
  const close = async () => {
    checkBooks(monitor.stats());
    const closed = monitor.close();
    await clock.advance(10_000);
    await closed;
    checkBooks(monitor.stats());
  };
  closing.push(close, bot.close);
  return { clock, bot, monitor };
};

const emit = (monitor: Monitor, count: number): void => {
  for (let index = 1; index <= count; index += 1) {
    monitor.emitEvent({ event_type: "sync_success", message: `event ${index}` });
  }
};

const arrived = (bot: FeishuStandIn, count: number) =>
  expect.poll(() => bot.messages().length, { interval: 5 }).toBe(count);

it("holds the sixth message within a second, of two receivers at one bot together (trap 7)", async () => {
  const { clock, bot, monitor } = await rig({ rates: true });
  for (const name of ["one", "two"]) {
    const notifier = feishu({ webhookUrl: bot.url });
    monitor.registerNotifier(notifier, { name, batch: { maxSize: 1 } });
  }
  emit(monitor, 4);
  await arrived(bot, 5);
  await clock.advance(900);
  expect(bot.attempts()).toBe(5);
  await clock.advance(200);
  await arrived(bot, 8);
  expect(bot.refusals()).toBe(0);
});

it("holds the hundred and first message within a minute (trap 7)", async () => {
  const { clock, bot, monitor } = await rig({ rates: true });
  monitor.registerNotifier(feishu({ webhookUrl: bot.url }), { batch: { maxSize: 1 } });
  emit(monitor, 101);
  for (let sent = 5; sent <= 100; sent += 5) {
    await arrived(bot, sent);
    await clock.advance(1_001);
  }
  expect(bot.attempts()).toBe(100);
  await clock.advance(41_000);
  await arrived(bot, 101);
  expect(bot.refusals()).toBe(0);
});

it("pauses the whole bot on a rate limit, then sends what waited as one digest (trap 6)", async () => {
  const { clock, bot, monitor } = await rig();
  await bot.meet("rate-limited", { times: 1 });
  monitor.registerNotifier(feishu({ webhookUrl: bot.url }), { name: "one" });
  monitor.registerNotifier(feishu({ webhookUrl: bot.url }), { name: "two" });
  emit(monitor, 1);
  await expect.poll(() => bot.attempts(), { interval: 5 }).toBe(2);
  const paused = () => monitor.stats().receivers.every((one) => one.paused_until !== null);
  await expect.poll(paused, { interval: 5 }).toBe(true);
  const before = bot.attempts();
  emit(monitor, 3);
  await clock.advance(900);
  expect(bot.attempts()).toBe(before);
  await clock.advance(200);
  await expect.poll(() => JSON.stringify(bot.messages()), { interval: 5 }).toContain("3 条事件");
});

it("delivers as rich text what the bot refuses as a card (trap 15)", async () => {
  const { bot, monitor } = await rig();
  bot.answer(11246, "card content is invalid", 1);
  monitor.registerNotifier(feishu({ webhookUrl: bot.url }));
  emit(monitor, 1);
  await arrived(bot, 1);
  await monitor.flush();
  expect(bot.messages()[0]).toMatchObject({ msg_type: "post" });
  expect((await monitor.getDeliveries()).rows[0]?.state).toBe("delivered");
});

it("sends what is refused for its mention, as a card and as rich text in a form that is not too large either", async () => {
  const { bot, monitor } = await rig();
  const refusals = [11235, 11246, 230_099];
  const refuseNext = () => bot.answer(refusals.shift() ?? 0, "refused", 1);
  monitor.observe(({ kind }) => {
    if (kind === "attempt") refuseNext();
  });
  refuseNext();
  monitor.registerNotifier(feishu({ webhookUrl: bot.url, mentionAll: true }));
  monitor.emitEvent({ event_type: "sync_failure", message: "数".repeat(8_000) });
  await monitor.flush();
  const { rows } = await monitor.getDeliveries();
  expect(rows).toMatchObject([{ state: "delivered" }]);
  expect(bot.attempts()).toBe(4);
  expect(bot.messages()).toMatchObject([{ msg_type: "text" }]);
  expect(Buffer.byteLength(JSON.stringify(bot.messages()))).toBeLessThanOrEqual(10_100);
});

it("opens the breaker on a token that is gone, and keeps the event (trap 1)", async () => {
  const { bot, monitor } = await rig();
  await bot.meet("endpoint");
  monitor.registerNotifier(feishu({ webhookUrl: bot.url }));
  emit(monitor, 1);
  await expect.poll(() => monitor.stats().receivers[0]?.breaker, { interval: 5 }).toBe("open");
  expect(bot.attempts()).toBe(1);
  expect(monitor.stats().receivers[0]?.pending).toBe(1);
});
