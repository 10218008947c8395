/** Longer ones are cut, and half an address leads nowhere. */
const longestLink = 500;

/** Without what Chinese lists and sentences are made of: two addresses are no address. */
const address = /^https?:\/\/[^\s[\]\\、，；。]+$/i;

/** What would end the target of a markup link early, or begin something else. */
const breaking = /[()<>[\]"'`\\*]/g;

/**
 * The target to link a value to, where the value is nothing but an absolute http(s) address. One with
 * a user name is no link: what stands before the `@` reads like a host.
 */
export const linkTarget = (value: string): string | undefined => {
  if (value.length > longestLink || !address.test(value)) return undefined;
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") return undefined;
  return url.href.replace(
    breaking,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
};
