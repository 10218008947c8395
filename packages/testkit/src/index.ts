// Conformance: the cases, and how a runner is bound to them.
export { conformanceCases } from "./conformance/cases.ts";
export { runCase } from "./conformance/run.ts";
export type {
  Canary,
  Asked,
  Condition,
  ConformanceCase,
  Harness,
  Recipients,
  Rig,
} from "./harness.ts";

// Conformance of stores.
export { storeCases } from "./store-conformance/cases.ts";
export type {
  StoreBench,
  StoreCase,
  StoreHarness,
  StoreNeed,
  StoreRig,
} from "./store-conformance/harness.ts";
export { runStoreCase } from "./store-conformance/run.ts";

// Rigs.
export {
  type HttpDestination,
  type HttpHarnessOptions,
  httpHarness,
} from "./rigs/http-harness.ts";
export {
  type SmtpDestination,
  type SmtpHarnessOptions,
  smtpHarness,
} from "./rigs/smtp-harness.ts";

// Destinations.
export type { MeetOptions, StandIn } from "./receivers/stand-in.ts";
export type { ReceivedRequest } from "./receivers/behaviour.ts";
export type { HttpReceiver } from "./receivers/http-stand-in.ts";
export type { RouteAnswer, Routes } from "./receivers/routes.ts";
export {
  type HostileHttp,
  type HostileHttpOptions,
  type HttpAnswers,
  hostileHttp,
  type Misbehaviour,
} from "./receivers/hostile-http.ts";
export {
  type FeishuStandIn,
  type FeishuStandInOptions,
  feishuStandIn,
} from "./receivers/feishu.ts";
export { type SlackStandIn, type SlackStandInOptions, slackStandIn } from "./receivers/slack.ts";
export {
  type SmtpReplyOptions,
  type SmtpStandIn,
  type SmtpStandInOptions,
  smtpStandIn,
} from "./receivers/smtp.ts";
export type { SmtpStage } from "./receivers/smtp-script.ts";
export type { ReceivedMail } from "./receivers/mail.ts";

// Time, samples, a notifier in memory, and the books.
export { type AdvanceOptions, type FakeClock, fakeClock } from "./clock.ts";
export { notifierHost, sampleBatch, sampleEvent, sendContext } from "./samples.ts";
export {
  type MemoryAttempt,
  type MemoryNotifier,
  type MemoryNotifierOptions,
  memoryNotifier,
} from "./memory-notifier.ts";
export { checkBooks } from "./check-books.ts";
