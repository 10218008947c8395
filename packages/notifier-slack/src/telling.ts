import {
  type Batch,
  type DescribedField,
  type Description,
  describe,
  describeBatch,
  type Locale,
  type MonitorEvent,
  singleLine,
} from "@datasync-monitor/core";
import { isBlank, mrkdwnWithin, printable } from "./escape.ts";
import { limits } from "./limits.ts";

export interface RenderOptions {
  readonly locale: Locale;
  readonly timeZone: string;
}

/** An event and its description: what each form of the message is made of. Texts are not escaped. */
export interface Telling {
  readonly event: MonitorEvent;
  readonly said: Description;
}

/** The gravest first; those of one level as they were emitted. */
export type Tellings = readonly [Telling, ...Telling[]];

/** A description begins with service, event type and time. */
const saidByOrigin = 3;

const tellOne = (event: MonitorEvent, options: RenderOptions): Telling => ({
  event,
  said: describe(event, options),
});

export const tell = (batch: Batch, options: RenderOptions): Tellings => {
  const [first = batch[0], ...rest] = describeBatch(batch).events;
  return [tellOne(first, options), ...rest.map((event) => tellOne(event, options))];
};

/** `Error · Data sync failed` */
export const headlineOf = ({ said }: Telling): string =>
  singleLine(`${said.levelLabel} · ${said.title}`);

/** What happened and what is said of it, in one line; the title once where the message begins with it. */
const sentenceOf = ({ said: { title, message } }: Telling): string => {
  if (isBlank(message)) return singleLine(title);
  return singleLine(message.startsWith(title) ? message : `${title}: ${message}`);
};

/** Whether what went wrong is told above a message instead of below it. */
export const isLong = (message: string): boolean =>
  message.length > limits.onTop || message.split("\n").length > limits.linesOnTop;

/** Of each free text in the two below, escaped: a name full of `&` leaves their time and their id where they are. */
const longestName = 100;
const longestType = 64;
const longestTime = 30;

/** Where and when, escaped: at most 200 units. */
export const originOf = ({ event, said }: Telling): string =>
  [
    mrkdwnWithin(singleLine(event.service), longestName),
    mrkdwnWithin(singleLine(event.event_type), longestType),
    mrkdwnWithin(said.time, longestTime),
  ].join(" · ");

/** By which `getDeliveries` is asked, escaped. */
export const idOf = ({ event }: Telling): string => mrkdwnWithin(singleLine(event.id), longestName);

/** Without blank values. Labels are one line. */
const legible = (fields: readonly DescribedField[]): DescribedField[] =>
  fields.flatMap(({ label, value, short }) => {
    const text = printable(value);
    return isBlank(text) ? [] : [{ label: singleLine(label), value: text, short }];
  });

/** What went wrong, by the event's own details. */
export const errorsOf = ({ said }: Telling): DescribedField[] => legible(said.errors);

/** What is left to say. */
export const factsOf = ({ said }: Telling): DescribedField[] =>
  legible(said.fields.slice(saidByOrigin + said.errors.length));

/** `20 events: 2 error, 18 info` */
export const tally = (tellings: Tellings, locale: Locale): string =>
  describeBatch(
    tellings.map(({ event }) => event),
    { locale },
  ).title;

/** The one line that push notifications and screen readers get, escaped. Never empty. */
export const summaryOf = (tellings: Tellings, locale: Locale): string => {
  const [gravest] = tellings;
  const start =
    tellings.length === 1 ? `${gravest.said.levelLabel} · ` : `${tally(tellings, locale)} — `;
  return mrkdwnWithin(start + sentenceOf(gravest), limits.summary);
};
