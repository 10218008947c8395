import { escapeText } from "./escape.ts";

/** As it is sent. Half an address leads nowhere, so a longer one is text, and is cut as such. */
const longestLink = 500;

/** Without what Chinese lists and sentences are made of: two addresses are no address. */
const address = /^https?:\/\/[^\s<>、，；。]+$/i;

/**
 * Slack's markup for a link that shows where it leads, where a value is nothing but an absolute http(s) address; its
 * own search for addresses is off. One with a user name is no link: what stands before the `@` reads like a host.
 */
export const linkOf = (value: string): string | undefined => {
  if (value.length > longestLink || !address.test(value)) return undefined;
  if (!URL.canParse(value)) return undefined;
  const { username, password, href } = new URL(value);
  if (username !== "" || password !== "") return undefined;
  // What follows a `|` would be shown in place of the address.
  const link = `<${escapeText(href.replaceAll("|", "%7C"))}>`;
  return link.length > longestLink ? undefined : link;
};
