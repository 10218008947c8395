import { verifyWebhook } from "@datasync-monitor/notifier-webhook";
import { feishuStandIn, hostileHttp, slackStandIn, smtpStandIn } from "@datasync-monitor/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { build, type Ended, type Program } from "./support/program.ts";
import { secretOf } from "./support/sender.ts";

let program: Program;
let plain: Ended;

beforeAll(async () => {
  program = await build();
  plain = await program.run();
}, 60_000);
afterAll(() => program?.remove());

const all =
  "sync_start, sync_success, performance_warning, sync_failure, cleanup_success, health_check, storage_warning";

/** The lines of the report that tell of a channel. */
const told = (stdout: string, channel: string): string | undefined =>
  stdout.match(new RegExp(`^ {2}${channel} +(.*)$`, "m"))?.[1];

const closed = <T extends { close(): Promise<void> }>(standIn: T): T => {
  onTestFinished(() => standIn.close());
  return standIn;
};

describe("the program", () => {
  it("brings each event to whom it is for, and prints what arrived", () => {
    const { code, stdout, stderr } = plain;
    expect(stderr).toBe("");
    expect(told(stdout, "console")).toBe(`7  ${all}`);
    expect(told(stdout, "webhook")).toBe(`7  ${all}`);
    expect(told(stdout, "prometheus")).toBe(`7  ${all}`);
    expect(told(stdout, "feishu")).toBe(`6  ${all.replace("health_check, ", "")}`);
    expect(told(stdout, "slack")).toBe(
      "4  performance_warning, sync_failure, health_check, storage_warning",
    );
    expect(told(stdout, "email")).toBe("2  sync_failure, storage_warning");
    expect(stdout).toMatch(/\n✓ Each event arrived once.*\n$/);
    expect(stdout).not.toContain("✗");
    expect(code).toBe(0);
  });

  it("loses an answer, drops the duplicate that follows, and refuses a forged request", () => {
    const lines = plain.stdout
      .split("\n")
      .filter((line) => line.startsWith("the receiving server"));
    expect(lines).toEqual([
      "the receiving server takes sync_start, and its answer gets lost",
      "the receiving server drops sync_start: an event with this id came before",
      "the receiving server refuses a request with 401: signature-mismatch",
    ]);
  });

  it("sends to the real ones that the environment names, and says that nobody here can look", async () => {
    const [feishu, slack, smtp, hook] = await Promise.all([
      feishuStandIn({ secret: "bot-secret" }),
      slackStandIn(),
      smtpStandIn(),
      hostileHttp(),
    ]);
    for (const standIn of [feishu, slack, smtp, hook]) closed(standIn);
    const secret = secretOf("a");
    const { code, stdout, stderr } = await program.run({
      FEISHU_WEBHOOK_URL: feishu.url,
      FEISHU_SECRET: "bot-secret",
      SLACK_WEBHOOK_URL: slack.url,
      SMTP_URL: smtp.url,
      MAIL_FROM: "sync@example.com",
      MAIL_TO: "one@example.com,two@example.com",
      WEBHOOK_URL: hook.url,
      WEBHOOK_SECRET: secret,
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(JSON.stringify(feishu.messages())).toContain("indicator");
    expect(JSON.stringify(slack.messages())).toContain("the source does not answer");
    expect(smtp.mails()[0]?.to).toEqual(["one@example.com", "two@example.com"]);
    const received = hook.accepted().flatMap((one) => verifyWebhook({ ...one, secret }));
    expect(received.map(({ event_type }) => event_type).join(", ")).toBe(all);
    expect(hook.attempts()).toBe(7); // nothing is forged or lost there

    expect(stdout.match(/look there/g)).toHaveLength(4);
    for (const hidden of [feishu.url, slack.url, hook.url, secret, "bot-secret"]) {
      expect(stdout).not.toContain(hidden);
    }
  });

  it("takes a variable that is set to nothing for one that is not set", async () => {
    expect(await program.run({ SLACK_WEBHOOK_URL: "", SMTP_URL: "" })).toMatchObject({ code: 0 });
  });

  it("ends with 1, and names what did not arrive", async () => {
    const slack = closed(await slackStandIn());
    await slack.meet("payload");
    const { code, stdout } = await program.run({ SLACK_WEBHOOK_URL: slack.url });
    expect(code).toBe(1);
    expect(stdout).toContain("✗ slack: sync_failure did not arrive, dead, payload");
    expect(stdout).not.toContain("✓ Each event");
  });

  it("ends with 1 at once when something is missing, and names it", async () => {
    const { code, stdout, stderr } = await program.run({
      SMTP_URL: "smtp://user:hunter2@127.0.0.1",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^email\(\): `from` must .*\n$/);
    expect(stdout + stderr).not.toContain("hunter2");
  });
});
