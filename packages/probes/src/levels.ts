import { EventLevel } from "@datasync-monitor/core";

/** Least first. */
export const levels: readonly EventLevel[] = Object.values(EventLevel);

/** How much a level matters. */
export const rankOf = (level: EventLevel): number => levels.indexOf(level);
