const yearMs = 365 * 86_400_000;

const seconds = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The three date forms of HTTP, that of mails, and ISO 8601 with a zone. Anything looser goes to a parser
 * that takes `"retry 5"` for a day in May.
 *
 * https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
const zonedDate =
  /^[a-z]{3,9}, \d{1,2}[ -][a-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$|^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/i;
const asctimeDate = /^[a-z]{3} [a-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/i;

const delay = (text: string, now: number): number => {
  if (seconds.test(text)) return Number(text) * 1_000;
  if (zonedDate.test(text)) return Date.parse(text) - now;
  // asctime names no zone and means GMT; the parser would take it for local time.
  if (asctimeDate.test(text)) return Date.parse(`${text} GMT`) - now;
  return Number.NaN;
};

/** Between the values of a header that came twice, from the server and from a proxy; not after a weekday. */
const betweenValues = /(?<=\d|GMT|UTC|Z)\s*,\s*/i;

/**
 * Milliseconds to wait, from a `Retry-After` header: seconds (a fraction too) or a date; the longest of
 * several.
 *
 * Negative and past become 0, more than a year becomes a year, and what is neither a finite number
 * nor a date becomes undefined: decide on your own default then.
 *
 * @param now - Milliseconds since the epoch, to reckon a date from.
 */
export const parseRetryAfter = (value: string | undefined, now: number): number | undefined => {
  const delays = (value ?? "").split(betweenValues).map((one) => delay(one.trim(), now));
  const ms = Math.max(...delays.filter(Number.isFinite));
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), yearMs) : undefined;
};
