import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

export interface NamedTest {
  /** From the root of the repository. */
  readonly file: string;
  readonly name: string;
}

export interface TrapRow {
  readonly number: number;
  readonly trap: string;
  readonly tests: readonly NamedTest[];
  /** Why no test holds it. */
  readonly reason: string | undefined;
}

const row = /^\| (\d+) \| (.+) \| (.+) \|$/;

const page = (): string => readFileSync(join(root, "packages/testkit/TRAPS.md"), "utf8");

/** A bar within a cell is written `\|`. */
const readRow = (line: string): TrapRow | undefined => {
  const [, number, trap = "", held = ""] = line.match(row) ?? [];
  if (number === undefined) return undefined;
  const parts = held.replaceAll("\\|", "|").split("<br>");
  const tests = parts.flatMap((part) => {
    const [, file, name] = part.match(/^`([^`]+)` (.+)$/) ?? [];
    return file === undefined || name === undefined ? [] : [{ file, name }];
  });
  const [, reason] = held.match(/^Does not apply: (.+)$/) ?? [];
  return { number: Number(number), trap, tests, reason };
};

/** The rows of TRAPS.md. */
export const trapRows = (): readonly TrapRow[] =>
  page()
    .split("\n")
    .map(readRow)
    .filter((found) => found !== undefined);

export const exists = ({ file, name }: NamedTest): boolean =>
  existsSync(join(root, file)) && readFileSync(join(root, file), "utf8").includes(name);

const testFiles = (): readonly string[] =>
  ["packages", "examples"].flatMap((top) =>
    readdirSync(join(root, top)).flatMap((name) => {
      const folder = join(top, name, "test");
      if (!existsSync(join(root, folder))) return [];
      return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => join(folder, file));
    }),
  );

/** A text in quotes that says `trap 7`, `traps 7, 8` or `traps 7 and 8`. */
const tagged =
  /(["'`])((?:(?!\1)[^\\\n]|\\.)*?\btraps? (\d+(?:(?:, | and )\d+)*)(?:(?!\1)[^\\\n]|\\.)*)\1/g;

/** Every test of the repository whose name has a trap's number in it, once for each number. */
export const taggedTests = (): readonly (NamedTest & { readonly number: number })[] =>
  testFiles().flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(tagged)].flatMap(
      ([, , name = "", numbers = ""]) =>
        numbers.split(/, | and /).map((number) => ({ file, name, number: Number(number) })),
    ),
  );

const cell = ({ file, name }: NamedTest): string => `\`${file}\` ${name.replaceAll("|", "\\|")}`;

/** TRAPS.md as it must be: without the tests that are gone, and with every one that has a number. */
export const mendedTraps = (): string => {
  const tagged = taggedTests();
  return page()
    .split("\n")
    .map((line) => {
      const found = readRow(line);
      if (found === undefined) return line;
      const own = tagged.filter(({ number }) => number === found.number);
      const cells = new Set([...found.tests.filter(exists), ...own].map(cell));
      if (cells.size === 0) return line;
      return `| ${found.number} | ${found.trap} | ${[...cells].join("<br>")} |`;
    })
    .join("\n");
};
