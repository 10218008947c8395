import { domainToASCII } from "node:url";
import { ConfigError, singleLine } from "@datasync-monitor/core";

/** One mailbox, in the form that goes into an envelope and a header. */
export interface Mailbox {
  readonly name: string;
  /** `local@domain`, the domain in ASCII and lower case. */
  readonly address: string;
}

// A dot-atom (RFC 5321 §4.1.2), with the letters that RFC 6531 adds. A quoted local part is refused:
// nobody has one, and it can hold what a careless server reads as a second address.
const localPart = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainLetters = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const mailboxForm = /^(?:(?:"([^"\\<>]*)"|([^"<>,;:@()[\]\\]*?))\s*<([^<>]*)>|([^<>"]*))$/;

const parse = (text: string): Mailbox | undefined => {
  if (singleLine(text) !== text) return undefined; // a line break, a control, a mark that turns text around
  const found = mailboxForm.exec(text);
  if (found === null) return undefined;
  const address = (found[3] ?? found[4] ?? "").trim();
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(at, 0));
  const written = address.slice(at + 1);
  if (address.length > 254 || !localPart.test(local) || !domainLetters.test(written))
    return undefined;
  const domain = domainToASCII(written);
  if (!domainName.test(domain)) return undefined;
  return { name: (found[1] ?? found[2] ?? "").trim(), address: `${local}@${domain}` };
};

/**
 * By which an address is known again, however a server or nodemailer spells it: without case, as servers compare, and
 * the domain in ASCII, which nodemailer undoes where the local part has letters beyond it.
 */
export const mailboxKey = (address: string): string => {
  const at = address.lastIndexOf("@") + 1;
  return `${address.slice(0, at)}${domainToASCII(address.slice(at))}`.toLowerCase();
};

const example = '`"ops@example.com"` or `"Ops <ops@example.com>"`';

/**
 * Exactly one mailbox, with or without a display name. Strict, since nodemailer reads a string as a
 * list, and a line break or bracket in an address object as part of the address.
 *
 * @throws ConfigError
 */
export const mailboxOption = (owner: string, name: string, value: unknown): Mailbox => {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") {
    const got =
      value === undefined ? "missing" : typeof value === "string" ? "empty" : "not a string";
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` must be a mail address such as ${example}, but it is ${got}.`,
    );
  }
  const mailbox = parse(text);
  if (mailbox !== undefined) return mailbox;
  if (/@.*[,;].*@/s.test(text)) {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` holds several addresses in one string. Pass an array with one address in each element.`,
    );
  }
  throw new ConfigError(
    name,
    `${owner}: \`${name}\` is not one mail address such as ${example}. ` +
      "It holds no commas, line breaks or brackets beyond these.",
  );
};

// RFC 5321 §4.5.3.1.8: every server takes 100 recipients, and none has to take more.
const maxRecipients = 100;

/** One mailbox or an array of them, each address once. */
export const mailboxesOption = (
  owner: string,
  name: string,
  value: unknown,
): readonly Mailbox[] => {
  if (!Array.isArray(value)) return [mailboxOption(owner, name, value)];
  const unique = new Map<string, Mailbox>();
  for (const [index, entry] of value.entries()) {
    const mailbox = mailboxOption(owner, `${name}[${index}]`, entry);
    const key = mailboxKey(mailbox.address);
    if (!unique.has(key)) unique.set(key, mailbox);
  }
  if (unique.size === 0) {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` is an empty array: nobody would get the mail.`,
    );
  }
  if (unique.size > maxRecipients) {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` has ${unique.size} addresses; ${maxRecipients} is the most that every mail server takes. Use a distribution list.`,
    );
  }
  return [...unique.values()];
};
