import { simpleParser } from "mailparser";

/** A mail that was accepted: its envelope, and what a reader would see. */
export interface ReceivedMail {
  /** The envelope's sender, of MAIL FROM. */
  readonly from: string;
  /** The envelope's recipients, those that were accepted. */
  readonly to: readonly string[];
  /** The message as it was sent, headers and all. */
  readonly raw: string;
  /** Decoded; empty when there is none. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Lower-case names; values unfolded, not decoded. A header that came twice has a line for each. */
  readonly headers: Readonly<Record<string, string>>;
}

const unfold = (line: string): string =>
  line
    .slice(line.indexOf(":") + 1)
    .replace(/\r?\n(?=[ \t])/g, "")
    .trim();

const headersOf = (lines: readonly { key: string; line: string }[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const { key, line } of lines) {
    const earlier = headers[key];
    headers[key] = earlier === undefined ? unfold(line) : `${earlier}\n${unfold(line)}`;
  }
  return headers;
};

export const parseMail = async (
  from: string,
  to: readonly string[],
  raw: Buffer,
): Promise<ReceivedMail> => {
  const mail = await simpleParser(raw);
  return {
    from,
    to,
    raw: raw.toString("utf8"),
    subject: mail.subject ?? "",
    text: mail.text ?? "",
    html: typeof mail.html === "string" ? mail.html : "",
    headers: headersOf(mail.headerLines),
  };
};
