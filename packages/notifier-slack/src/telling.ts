import {
  type Batch,
  type DescribedField,
  type Description,
  describe,
  EventLevel,
  type Locale,
  type MonitorEvent,
  singleLine,
  truncate,
} from "@datasync-monitor/core";
import { isBlank, mrkdwnWithin, printable } from "./escape.ts";
import { limits } from "./limits.ts";
import { words } from "./words.ts";

export interface RenderOptions {
  readonly locale: Locale;
  readonly timeZone: string;
}

/** An event and its description: what each form of the message is made of. Texts are not escaped. */
export interface Telling {
  readonly event: MonitorEvent;
  readonly said: Description;
}

export type Tellings = readonly [Telling, ...Telling[]];

export const tell = ([first, ...rest]: Batch, options: RenderOptions): Tellings => {
  const one = (event: MonitorEvent): Telling => ({ event, said: describe(event, options) });
  return [one(first), ...rest.map(one)];
};

const { INFO, WARNING, ERROR, CRITICAL } = EventLevel;
const gravestFirst = [CRITICAL, ERROR, WARNING, INFO] as const;

/** The first of those that matter most: it gives a digest its colour and its push notification. */
export const gravest = (tellings: Tellings): Telling =>
  tellings.reduce((worst, next) =>
    gravestFirst.indexOf(next.event.level) < gravestFirst.indexOf(worst.event.level) ? next : worst,
  );

/** `Error · Data sync failed` */
export const headlineOf = ({ said }: Telling): string =>
  singleLine(`${said.levelLabel} · ${said.title}`);

/** Where and when, and the id that `getDeliveries` is asked by. */
export const originOf = ({ event, said }: Telling): string =>
  singleLine([truncate(event.service, 100), event.event_type, said.time, event.id].join(" · "));

/** A description begins with what `originOf` says: service, event type and time. */
const saidByOrigin = 3;

/** What is left to say, without blank values. Labels are one line. */
export const factsOf = ({ said }: Telling): DescribedField[] =>
  said.fields.slice(saidByOrigin).flatMap(({ label, value, short }) => {
    const text = printable(value);
    return isBlank(text) ? [] : [{ label: singleLine(label), value: text, short }];
  });

/** `20 events · Error 2 · Info 18` */
export const tally = (tellings: Tellings, locale: Locale): string => {
  const counts = gravestFirst.flatMap((level) => {
    const [first, ...others] = tellings.filter(({ event }) => event.level === level);
    return first ? [`${first.said.levelLabel} ${others.length + 1}`] : [];
  });
  return singleLine([words[locale].events(tellings.length), ...counts].join(" · "));
};

/** The one line that push notifications and screen readers get, escaped. Never empty. */
export const summaryOf = (tellings: Tellings, locale: Locale): string => {
  const worst = gravest(tellings);
  const start =
    tellings.length === 1
      ? headlineOf(worst)
      : `${tally(tellings, locale)} — ${singleLine(worst.said.title)}`;
  const { message } = worst.said;
  const line = isBlank(message) ? start : `${start}: ${singleLine(message)}`;
  return mrkdwnWithin(line, limits.summary);
};
