import fc from "fast-check";
import { expect, it } from "vitest";
import { readManner, toResume, withinThree } from "../src/manner.ts";
import { formats } from "./support.ts";

it("is what the options say, where nothing was left", () => {
  expect(readManner(null, "card")).toEqual({ format: "card", maxBytes: 20_000, mention: true });
});

it("reads back what it left", () => {
  const manner = { format: "post", maxBytes: 9_500, mention: false } as const;
  expect(readManner(toResume(manner, "card"), "card")).toEqual(manner);
});

it("reads back the smallest body that it leaves", () => {
  expect(readManner({ max_bytes: 512 }, "card").maxBytes).toBe(512);
});

it.each([
  [{ format: "card" }, "text"],
  [{ format: "post" }, "text"],
])("never makes a message richer than the options: %j", (resume, format) => {
  expect(readManner(resume, "text").format).toBe(format);
});

it.each([
  "text",
  7,
  [],
  { format: "__proto__" },
  { format: "html" },
  { max_bytes: 20_001 },
  { max_bytes: -1 },
  { max_bytes: 600.5 },
  { max_bytes: "900" },
  { mention: "no" },
])("ignores what it does not understand: %j", (resume) => {
  expect(readManner(resume, "card")).toEqual(readManner(null, "card"));
});

it.each(formats)("gives up no more than was refused, where the options ask for %s", (format) => {
  const first = { format, maxBytes: 20_000, mention: true };
  for (const next of [
    { ...first, maxBytes: 9_500 },
    { ...first, mention: false },
  ]) {
    expect(withinThree(next, first, format)).toEqual(next);
  }
});

it("takes any JSON without failing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...formats), (resume, format) => {
      const manner = readManner(JSON.parse(JSON.stringify(resume)), format);
      expect(formats.indexOf(manner.format)).toBeGreaterThanOrEqual(formats.indexOf(format));
      expect(manner.maxBytes).toBeLessThanOrEqual(20_000);
      expect(manner.maxBytes).toBeGreaterThanOrEqual(512);
    }),
  );
});
