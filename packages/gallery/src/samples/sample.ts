import type { EventLevel, EventType, Locale } from "@datasync-monitor/core";

/** What one event says: its message in the language of the house, the rest as a service would pass it. */
export interface Story {
  readonly said: Readonly<Record<Locale, string>>;
  readonly details?: object;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A story for each level, the unlikely ones too: a rule may raise or lower any event. */
export type Stories = Readonly<Record<EventLevel, Story>>;

/** Several event types and their stories. */
export type Chapter<T extends EventType = EventType> = Readonly<Record<T, Stories>>;

const frames = [
  "    at SyncManager.pull (/srv/datasync/dist/sync-manager.js:214:19)",
  "    at async SyncManager.run (/srv/datasync/dist/sync-manager.js:96:5)",
  "    at async Daemon.tick (/srv/datasync/dist/daemon.js:41:7)",
];

/** An error as a database driver throws it, with a stack that is the same on every machine. */
export const thrown = (
  name: string,
  message: string,
  more: { readonly code?: string; readonly cause?: Error } = {},
): Error => {
  const error = Object.assign(new Error(message), more, { name });
  error.stack = [`${name}: ${message}`, ...frames].join("\n");
  return error;
};
