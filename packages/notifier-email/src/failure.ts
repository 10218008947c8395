import { DeliveryError, type DeliveryErrorCode, type JsonValue } from "@datasync-monitor/core";

/** What nodemailer attaches to its errors, as far as it is read here. */
export interface MailFailure {
  readonly code?: string | undefined;
  /** The SMTP command that was answered; `CONN` before the first, `API` when nothing was sent. */
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  /** Set with `responseCode`: a 5xx other than 503. */
  readonly permanent?: boolean | undefined;
  readonly originalCode?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly MailFailure[] | undefined;
}

/** Any error may carry these; all are optional. */
export const isMailFailure = (error: unknown): error is Error & MailFailure =>
  error instanceof Error;

/** What we know of an attempt that the error does not say. */
export interface Circumstances {
  /** Of the server, as the options name it. */
  readonly host: string;
  /** A byte of the mail's content went out: from here on, no answer does not mean no mail. */
  readonly contentSent: boolean;
  readonly signal: AbortSignal;
  /** The notifier was closed. */
  readonly closed: boolean;
  /** What the next attempt needs to know of the ones before. */
  readonly resume?: JsonValue | undefined;
}

/**
 * "550 5.1.1": the reply code with its enhanced status (RFC 3463) and no more, for the words after
 * it are the server's, and may quote the mail or what we said to log in.
 */
export const replyCode = (failure: MailFailure): string => {
  const found = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?(?!\d)/.exec(failure.response ?? "");
  if (found?.[1] === undefined) return String(failure.responseCode ?? "no code");
  return found[2] === undefined ? found[1] : `${found[1]} ${found[2]}`;
};

// Node's names for what OpenSSL refused. EPROTO: no TLS at all on the other side ("wrong version number").
const tlsTrouble =
  /^(?:EPROTO|ERR_SSL_|ERR_TLS_CERT|ERR_TLS_INVALID|ERR_TLS_PROTOCOL|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_)/;

/** Codes of nodemailer's for what no server was asked about: the mail or the options are at fault, not the network. */
const ours = new Set([
  "ECONFIG",
  "EENVELOPE",
  "EMAXRECIPIENTS",
  "EFILEACCESS",
  "EURLACCESS",
  "ENOAUTH",
  "EREQUIRETLS",
  "ERR_ACCESS_DENIED",
]);

type Verdict = readonly [code: DeliveryErrorCode, message: string, retryAfterMs?: number];

/** Servers lock an account after a few wrong passwords; the same one does not become right by trying. */
const afterWrongPasswordMs = 5 * 60_000;

/** Gmail says it to every mail until the day is over, and means none of them: https://support.google.com/a/answer/166852 */
const dailyLimit = /^5\d\d 5\.4\.5$/;
export const afterDailyLimitMs = 15 * 60_000;

/** At any stage: said of one recipient it is no more about them than about the others. */
export const meetsDailyLimit = (failure: MailFailure): boolean =>
  dailyLimit.test(replyCode(failure));

/**
 * The second number says what is at fault (RFC 3463 §3): an address (1), a mailbox (2, but for 2.3: the mail is too
 * long), the way there (4), how the sender is known (7.2x, RFC 7372; 7.60 is Microsoft's). The next mail would hear the same.
 */
const notThisMail = /^5\d\d 5\.(?:1\.|2\.(?!3$)|4\.|7\.(?:2\d|60)$)/;

/** Amazon's endpoints, also within a private network: https://docs.aws.amazon.com/general/latest/gr/ses.html */
const amazon = /(?:^|\.)email-smtp[\w-]*\.(?:[\w-]+\.)+amazonaws\.com(?:\.cn)?$/i;

/**
 * Amazon gives no enhanced status. What its bare 554 is about is an address that nobody has verified, and what the
 * login may do: https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html,
 * https://repost.aws/knowledge-center/ses-554-400-message-rejected-error
 */
const amazonRefuses = (reply: string, host: string): boolean =>
  reply === "554" && amazon.test(host);

const refusedForGood = (failure: MailFailure, reply: string, host: string): Verdict => {
  if (failure.code === "EAUTH") {
    return [
      "config",
      `The mail server refuses the login (${reply}). Check the user and the password.`,
      afterWrongPasswordMs,
    ];
  }
  if (failure.code === "ETLS") {
    return [
      "config",
      `The mail server refuses STARTTLS (${reply}), and the mail is not sent without it. Check the port and \`requireTls\`.`,
    ];
  }
  if (meetsDailyLimit(failure)) {
    return [
      "rate-limited",
      `The mail server takes no more mails of this sender today (${reply}).`,
      afterDailyLimitMs,
    ];
  }
  if (failure.command === "MAIL FROM") {
    // RFC 1870: 552 here is about the size that was announced.
    return failure.responseCode === 552
      ? ["payload", `The mail server refuses a mail of this size (${reply}).`]
      : [
          "config",
          `The mail server refuses the sender (${reply}). Check \`from\`, and whether it asks for a login.`,
        ];
  }
  if (failure.code === "EMESSAGE" || failure.command === "DATA") {
    if (notThisMail.test(reply)) {
      return [
        "config",
        `The mail server refuses the sender or a recipient, not the mail itself (${reply}). Check \`from\`, what the login may send as, and \`to\`.`,
      ];
    }
    if (amazonRefuses(reply, host)) {
      return [
        "config",
        "Amazon SES refuses the sender, a recipient or the login, not the mail itself (554). Check that `from` is verified in this region, in the sandbox each of `to` too, and that the login may send.",
      ];
    }
    return ["payload", `The mail server refuses this mail (${reply}).`];
  }
  return ["config", `The mail server refuses to speak with us (${reply}).`];
};

/**
 * SMTP has no word for "too many": a 4.7.x (policy, RFC 3463 §3.8) is how Gmail says it,
 * https://support.google.com/a/answer/3726730, and a bare 454 how Amazon does,
 * https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html. After AUTH and STARTTLS both have another meaning.
 */
const asksToSlowDown = ({ code, responseCode }: MailFailure, reply: string): boolean =>
  code !== "EAUTH" && code !== "ETLS" && (responseCode === 454 || /^4\d\d 4\.7\./.test(reply));

const answered = (failure: MailFailure, { contentSent, host }: Circumstances): Verdict => {
  const reply = replyCode(failure);
  if (failure.permanent === true) return refusedForGood(failure, reply, host);
  // Neither "yes" nor "no" to a mail that it has.
  if (contentSent && !/^[45]/.test(reply)) {
    return ["ambiguous", `The mail was sent, and the server's answer makes no sense (${reply}).`];
  }
  return asksToSlowDown(failure, reply)
    ? ["rate-limited", `The mail server asks us to slow down (${reply}).`]
    : ["unavailable", `The mail server puts us off (${reply}).`];
};

const unanswered = (failure: MailFailure, contentSent: boolean): Verdict => {
  const { code = "", originalCode = "", command } = failure;
  if (contentSent)
    return ["ambiguous", `The mail was sent, and no answer came (${code || "no code"}).`];
  if (tlsTrouble.test(originalCode)) {
    return originalCode === "EPROTO" || originalCode.startsWith("ERR_SSL_")
      ? [
          "config",
          `TLS with the mail server failed (${originalCode}). Check \`secure\` and the port: 465 speaks TLS from the start, 587 and 25 do not.`,
        ]
      : [
          "config",
          `The mail server's certificate is not trusted (${originalCode}). Put its issuer in \`ca\`, or check the host name.`,
        ];
  }
  if (code === "EAUTH") {
    return ["config", "No login that the mail server offers fits the credentials that are set."];
  }
  if (code === "EDNS")
    return ["unavailable", "The mail server's host name was not found. Check it if this lasts."];
  if (code === "ETLS" && command === "STARTTLS") {
    return ["config", "TLS could not be started. Check `ca`."];
  }
  if (["ECONNECTION", "ESOCKET", "ETIMEDOUT", "ETLS", "EPROTOCOL"].includes(code)) {
    const detail = originalCode === "" ? code : originalCode;
    return ["unavailable", `The mail server was not reached, or hung up (${detail}).`];
  }
  // Its own look at the size that the server announced (RFC 1870); no server was asked.
  if (code === "EMESSAGE") return ["payload", "The mail is larger than the mail server takes."];
  if (ours.has(code)) return ["config", `The mail was refused before it was sent (${code}).`];
  return ["unknown", "The mail was not sent, for a reason that nodemailer does not name."];
};

const aborted = ({ signal, contentSent }: Circumstances): Verdict => {
  if (contentSent)
    return ["ambiguous", "Given up after the mail was sent and before it was answered."];
  const deadline = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
  return deadline
    ? ["unavailable", "The deadline came before the mail was sent."]
    : ["aborted", "Given up before the mail was sent."];
};

const judge = (failure: MailFailure, around: Circumstances): Verdict => {
  if (failure.code === "EABORT") return aborted(around);
  if (failure.responseCode !== undefined || failure.response !== undefined) {
    return answered(failure, around);
  }
  if (around.closed && !around.contentSent) return ["aborted", "Closed before the mail was sent."];
  return unanswered(failure, around.contentSent);
};

/**
 * What a nodemailer error means. Judged by reply codes and error codes, never by words.
 * No cause is kept: nodemailer's errors quote the server, the recipients and the certificate.
 */
export const deliveryError = (failure: MailFailure, around: Circumstances): DeliveryError => {
  const [code, message, retryAfterMs] = judge(failure, around);
  // A `payload` with a resume asks for one more try with it, and this one holds nothing new.
  const resume = code === "payload" ? undefined : around.resume;
  return new DeliveryError(code, message, { resume, retryAfterMs });
};
