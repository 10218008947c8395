import type { Condition } from "../harness.ts";
import { oneOf } from "./one-of.ts";

export type SmtpStage = "connect" | "auth" | "mail" | "rcpt" | "data";

/** What the server does instead of saying yes. */
export type SmtpWord =
  | { readonly code: number; readonly text: string }
  | "hang"
  | "reset"
  | "half" // the beginning of a yes, without its end
  | "drip"; // a yes of many lines, one at a time, for ever

/** What one transaction meets, stage by stage. */
export interface SmtpPlan extends Readonly<Partial<Record<SmtpStage, SmtpWord>>> {
  /** Said with the 250 that accepts the mail. */
  readonly success?: string;
}

/** Enhanced codes: https://www.rfc-editor.org/rfc/rfc3463 */
const texts: Readonly<Record<number, string>> = {
  421: "4.7.0 Too many messages, try again later",
  450: "4.2.1 Mailbox busy, try again later",
  451: "4.3.0 Not now, try again later",
  452: "4.2.2 Mailbox full",
  454: "4.7.0 Temporary authentication failure",
  530: "5.7.0 Authentication required",
  535: "5.7.8 Authentication credentials invalid",
  550: "5.1.1 No such mailbox",
  552: "5.3.4 Message too big",
  554: "5.7.1 Transaction failed",
};

const refuse = (code: number): SmtpWord => ({
  code,
  text: texts[code] ?? (code < 500 ? "Try again later" : "Refused"),
});

export type SmtpCondition = Exclude<Condition, "refuse" | "redirect">;

/** A session that was open before the condition began meets it at its next MAIL. */
const plans = (hangAt: "greeting" | "data"): Readonly<Record<SmtpCondition, SmtpPlan>> => ({
  accept: {},
  garble: { success: "<<< ok?? %s {{queued}} >>>" },
  "rate-limited": { mail: refuse(421) },
  unavailable: { mail: refuse(451) },
  payload: { data: refuse(552) },
  endpoint: { rcpt: refuse(550) },
  config: { auth: refuse(535), mail: refuse(530) },
  reset: { data: "reset" },
  silent: { connect: "hang", mail: "hang" },
  "half-headers": { connect: "half", mail: "half" },
  "half-body": { data: "half" },
  drip: { connect: "drip", mail: "drip" },
  hang: hangAt === "data" ? { data: "hang" } : { connect: "hang", mail: "hang" },
});

interface Rule {
  readonly stage: SmtpStage;
  readonly recipient: string | undefined;
  readonly word: SmtpWord;
  left: number;
}

/** What the server says next. A `reply()` goes before the condition. */
export class SmtpScript {
  readonly #plans: Readonly<Record<SmtpCondition, SmtpPlan>>;
  #rules: readonly Rule[] = [];
  #plan: SmtpPlan;
  #left = Number.POSITIVE_INFINITY;

  constructor(hangAt: "greeting" | "data") {
    this.#plans = plans(hangAt);
    this.#plan = this.#plans.accept;
  }

  meet(condition: SmtpCondition, times = Number.POSITIVE_INFINITY): void {
    this.#plan = this.#plans[oneOf("meet()", "condition", condition, this.#plans)];
    this.#left = times;
    if (condition === "accept") this.#rules = [];
  }

  /** A code below 400 takes back what was set for that stage and recipient. */
  reply(stage: SmtpStage, code: number, recipient: string | undefined, times: number): void {
    const to = recipient?.toLowerCase();
    const others = this.#rules.filter((rule) => rule.stage !== stage || rule.recipient !== to);
    const rule = { stage, recipient: to, word: refuse(code), left: times };
    this.#rules = code < 400 ? others : [...others, rule];
  }

  /** What a caller hears before any transaction; hearing it spends one of the condition's times. */
  before(stage: "connect" | "auth"): SmtpWord | undefined {
    const word = this.#rule(stage) ?? (this.#left > 0 ? this.#plan[stage] : undefined);
    if (word !== undefined && word === this.#plan[stage]) this.#left -= 1;
    return word;
  }

  /** A transaction begins: the plan that it meets to its end. */
  begin(): SmtpPlan {
    if (this.#left <= 0) return this.#plans.accept;
    this.#left -= 1;
    return this.#plan;
  }

  /** What a transaction hears at this stage; undefined is yes. */
  within(
    plan: SmtpPlan,
    stage: "mail" | "rcpt" | "data",
    recipient?: string,
  ): SmtpWord | undefined {
    return this.#rule(stage, recipient) ?? plan[stage];
  }

  #rule(stage: SmtpStage, recipient?: string): SmtpWord | undefined {
    const to = recipient?.toLowerCase();
    const fits = ({ recipient: only }: Rule): boolean => only === undefined || only === to;
    const rule = this.#rules.find((one) => one.stage === stage && one.left > 0 && fits(one));
    if (rule !== undefined) rule.left -= 1;
    return rule?.word;
  }
}
