import { fromJson } from "./payload.ts";
import { isSketch, Sketch, type SketchJson } from "./sketch.ts";

export const hourMs = 3_600_000;

/** Before the current hour, which is kept in addition. */
const hoursKept = 31 * 24;

/** The first hour that is kept, counted from the epoch. */
export const horizonAt = (now: number): number => Math.floor(now / hourMs) - hoursKept;

export const sketchOf = (sketches: Map<string, Sketch>, name: string): Sketch => {
  const known = sketches.get(name);
  if (known !== undefined) return known;
  const fresh = new Sketch();
  sketches.set(name, fresh);
  return fresh;
};

/** Those that can be read: what is damaged is forgotten, and counting goes on. */
export const storedSketches = (text: unknown) =>
  Object.entries(Object(fromJson(text))).filter((entry): entry is [string, SketchJson] =>
    isSketch(entry[1]),
  );
