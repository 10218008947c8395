const widest = 110;

/** A text of several lines, as lines. */
const blockText = (text: string, indent: string): string =>
  ['"""', ...text.split("\n"), '"""'].join(`\n${indent}`);

/**
 * JSON in as few lines as stay legible: what fits in one line stays in one. A long text of several lines
 * stands between `"""`, as it reads.
 */
export const compactJson = (value: unknown, indent = ""): string => {
  const flat = spaced(value);
  if (typeof value === "string" && value.includes("\n") && flat.length > widest) {
    return blockText(value, `${indent}  `);
  }
  const isNested = typeof value === "object" && value !== null;
  if (!isNested || indent.length + flat.length <= widest) return flat;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const members = Array.isArray(value)
    ? value.map((item) => compactJson(item, deeper))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${compactJson(item, deeper)}`,
      );
  return `${open}\n${members.map((member) => deeper + member).join(",\n")}\n${indent}${close}`;
};

const spaced = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
};
