import { inspect } from "node:util";

/** The ways in which a secret shows in text, by name. */
const disguises = (secret: string): readonly (readonly [string, string])[] => {
  const bytes = Buffer.from(secret);
  // Within longer text, base64 falls on one of three alignments; the edges depend on the neighbours.
  const encoded = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const sure = text.slice(
      shift === 0 ? 0 : shift + 1,
      Math.floor(((shift + bytes.length) * 8) / 6),
    );
    return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [
    ["plain", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["JSON-escaped", JSON.stringify(secret).slice(1, -1)],
    ["hex", bytes.toString("hex")],
    ...encoded.map((text) => ["base64", text] as const),
  ];
};

const attempted = (read: () => unknown): unknown => {
  try {
    return read();
  } catch {
    return undefined; // a getter that throws shows nothing
  }
};

/** Every string within reach of a value: own properties (hidden ones too), entries, bytes. */
const strings = (root: unknown): readonly string[] => {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const waiting: unknown[] = [root];
  while (waiting.length > 0 && seen.size < 20_000) {
    const value = waiting.pop();
    if (typeof value === "string") found.push(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Uint8Array) found.push(Buffer.from(value).toString("latin1"));
    else if (value instanceof URL) waiting.push(value.href);
    else if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    else if (value instanceof Set) waiting.push(...value);
    if (value instanceof Uint8Array) continue;
    for (const key of Reflect.ownKeys(value)) {
      waiting.push(
        String(key),
        attempted(() => Reflect.get(value, key)),
      );
    }
  }
  return found;
};

/** What a log, a debugger or a serialiser makes of a value. */
const views = (value: unknown): Readonly<Record<string, string>> => ({
  "util.inspect": String(
    attempted(() =>
      inspect(value, {
        depth: Number.POSITIVE_INFINITY,
        showHidden: true,
        getters: true,
        maxArrayLength: null,
        maxStringLength: null,
      }),
    ),
  ),
  String: String(attempted(() => String(value))),
  "JSON.stringify": String(attempted(() => JSON.stringify(value))),
  "its message, stack, cause or another property": strings(value).join("\n"),
});

/** Where and how a value shows one of the secrets; undefined when it shows none. Never repeats it. */
export const exposure = (value: unknown, secrets: readonly string[]): string | undefined => {
  const hidden = secrets.flatMap(disguises);
  for (const [view, text] of Object.entries(views(value))) {
    const found = hidden.find(([, form]) => text.includes(form));
    if (found !== undefined) return `${found[0]}, in ${view}`;
  }
  return undefined;
};
