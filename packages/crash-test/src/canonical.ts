import { createHash } from "node:crypto";

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
};

/** What two copies of an event have in common whoever wrote the JSON, and in what order. */
export const hashOf = (event: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(sorted(event)))
    .digest("base64url")
    .slice(0, 22);
