import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type FeishuStandIn,
  feishuStandIn,
  type HostileHttp,
  hostileHttp,
  type SlackStandIn,
  type SmtpStandIn,
  slackStandIn,
  smtpStandIn,
} from "@datasync-monitor/testkit";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { compile } from "./support/compile.ts";
import { type Finished, runNode } from "./support/run.ts";

const project = inject("project");
const programs = fileURLToPath(new URL("../programs/", import.meta.url));
const secret = "bot-signing-secret";

/** Each program, in the folder that says which kind of module it becomes. */
const sources = [
  "esm/common.ts",
  "esm/must-fail.ts",
  "esm/both-copies.ts",
  "esm/deliver.ts",
  "cjs/deliver.ts",
];

const errors: Record<"nodenext" | "bundler", readonly string[]> = { nodenext: [], bundler: [] };

beforeAll(async () => {
  for (const kind of ["esm", "cjs"]) {
    await mkdir(join(project, kind));
    const type = kind === "esm" ? "module" : "commonjs";
    await writeFile(join(project, kind, "package.json"), JSON.stringify({ type }));
  }
  for (const source of sources) {
    await copyFile(join(programs, source.slice(4)), join(project, source));
  }
  errors.nodenext = await compile(project, {
    name: "nodenext",
    files: sources,
    resolution: "nodenext",
    emit: true,
  });
  errors.bundler = await compile(project, {
    name: "bundler",
    files: sources.filter((source) => source.startsWith("esm/")),
    resolution: "bundler",
  });
});

/** Nothing of the shell that started the tests may show on a program's stderr. */
const plain = { NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_OPTIONS: undefined };

const runProgram = (file: string, env: Readonly<Record<string, string | undefined>> = {}) =>
  runNode(file, { cwd: project, env: { ...plain, ...env }, timeoutMs: 20_000 });

const lastLine = ({ stdout }: Finished): unknown =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");

describe("someone who installs the packages", () => {
  it("compiles the common programs, and not the wrong ones, under `nodenext`", () => {
    expect(errors.nodenext).toEqual([]);
  });

  it("compiles them under `bundler` resolution", () => {
    expect(errors.bundler).toEqual([]);
  });

  it("has one global monitor and knows each error's kind across the ESM and CJS copies", async () => {
    const finished = await runProgram("esm/both-copies.js");
    expect(finished).toMatchObject({ exitCode: 0 });
    expect(lastLine(finished)).toEqual({
      separate: true,
      deliveryErrors: [true, true],
      configErrors: [true, true],
      toldApart: [false, false],
      oneMonitor: true,
      receivers: ["registered here"],
      verified: ["failed", "config"],
    });
  });
});

describe("with every destination in reach", () => {
  let feishu: FeishuStandIn;
  let slack: SlackStandIn;
  let smtp: SmtpStandIn;
  let hook: HostileHttp;

  beforeAll(async () => {
    [feishu, slack, smtp, hook] = await Promise.all([
      feishuStandIn(),
      slackStandIn(),
      smtpStandIn(),
      hostileHttp(),
    ]);
  });
  afterAll(() => Promise.all([feishu, slack, smtp, hook].map((standIn) => standIn.close())));

  it.each(["esm", "cjs"])("delivers one event to six receivers as %s", async (kind) => {
    const mark = `told-as-${kind}`;
    const finished = await runProgram(`${kind}/deliver.js`, {
      MARK: mark,
      FEISHU_WEBHOOK_URL: feishu.url,
      SLACK_WEBHOOK_URL: slack.url,
      SMTP_URL: smtp.url,
      WEBHOOK_URL: hook.url,
    });
    expect(finished).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lastLine(finished)).toEqual({
      fates: {
        console: "delivered",
        email: "delivered",
        feishu: "delivered",
        prometheus: "delivered",
        slack: "delivered",
        webhook: "delivered",
      },
      counted: true,
      waits: 2_000,
    });
    const received = {
      feishu: feishu.messages().map((message) => JSON.stringify(message)),
      slack: slack.messages().map((message) => JSON.stringify(message)),
      smtp: smtp.mails().map(({ text }) => text),
      webhook: hook.accepted().map(({ body }) => body),
    };
    for (const messages of Object.values(received)) {
      expect(messages.filter((text) => text.includes(mark))).toHaveLength(1);
    }
  });
});

describe("the common programs", () => {
  let feishu: FeishuStandIn;
  let slack: SlackStandIn;
  let pager: HostileHttp;
  let finished: Finished;

  const environment = () => ({
    FEISHU_WEBHOOK_URL: feishu.url,
    FEISHU_SECRET: secret,
    SLACK_WEBHOOK_URL: slack.url,
    PAGER_URL: pager.url,
  });

  beforeAll(async () => {
    [feishu, slack, pager] = await Promise.all([
      feishuStandIn({ secret }),
      slackStandIn(),
      hostileHttp(),
    ]);
    finished = await runProgram("esm/common.js", environment());
  });
  afterAll(() => Promise.all([feishu, slack, pager].map((standIn) => standIn.close())));

  it("end by themselves, without a complaint", () => {
    expect(finished).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("tell callbacks what they asked for", () => {
    const lines = finished.stdout.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "sync_success - 数据同步完成",
        "sync_failure - connection to source lost",
        "invoice 2025-17: 250 EUR",
        "12 rows by manager",
        "6 rows by manager",
        "seen sync_start",
        "synced 6",
      ]),
    );
    expect(lines).not.toContain("seen invoice_paid");
  });

  it("reach Feishu and Slack with the failure alone", () => {
    for (const messages of [feishu.messages(), slack.messages()]) {
      expect(messages).toHaveLength(1);
      expect(JSON.stringify(messages)).toContain("connection to source lost");
    }
  });

  it("reach a notifier of one's own, and say what became of the event", () => {
    expect(pager.accepted().map(({ body }) => JSON.parse(body))).toEqual([
      { text: "old rows deleted" },
    ]);
    expect(finished.stdout.split("\n")).toEqual(
      expect.arrayContaining([
        "explain pager true wanted",
        "delivery pager delivered",
        "status healthy 0",
        "deleted 12",
      ]),
    );
  });

  it.each([
    ["FEISHU_WEBHOOK_URL", "feishu()"],
    ["SLACK_WEBHOOK_URL", "slack()"],
  ])("end at the start without %s, and name the option", async (variable, owner) => {
    const without = await runProgram("esm/common.js", { ...environment(), [variable]: undefined });
    expect(without.exitCode).not.toBe(0);
    expect(without.stderr).toContain("ConfigError");
    expect(without.stderr).toContain(`${owner}: \`webhookUrl\``);
    expect(without.stderr).not.toContain(secret);
  });
});
