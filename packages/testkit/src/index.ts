// Conformance.

// Time, samples and a notifier in memory.
export { checkBooks } from "./check-books.ts";
export { type AdvanceOptions, type FakeClock, fakeClock } from "./clock.ts";
export { conformanceCases } from "./conformance/cases.ts";
export { runCase } from "./conformance/run.ts";
export type { Condition, ConformanceCase, Harness, Rig } from "./harness.ts";
export {
  type MemoryAttempt,
  type MemoryNotifier,
  type MemoryNotifierOptions,
  memoryNotifier,
} from "./memory-notifier.ts";
// Destinations.
export {
  type FeishuStandIn,
  type FeishuStandInOptions,
  feishuStandIn,
} from "./receivers/feishu.ts";
export {
  type HostileHttp,
  type HostileHttpOptions,
  hostileHttp,
  type Misbehaviour,
} from "./receivers/hostile-http.ts";
export type { ReceivedRequest } from "./receivers/http-stand-in.ts";
export type { ReceivedMail } from "./receivers/mail.ts";
export { type SlackStandIn, type SlackStandInOptions, slackStandIn } from "./receivers/slack.ts";
export {
  type SmtpReplyOptions,
  type SmtpStandIn,
  type SmtpStandInOptions,
  smtpStandIn,
} from "./receivers/smtp.ts";
export type { SmtpStage } from "./receivers/smtp-script.ts";
export type { MeetOptions, StandIn } from "./receivers/stand-in.ts";
export { notifierHost, sampleBatch, sampleEvent, sendContext } from "./samples.ts";
