import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./packages.ts";

export interface Block {
  /** The first word after the fence: `"ts"`, `"sh"`, or nothing. */
  readonly language: string;
  readonly code: string;
  /** Of the first line of code, counted from 1. */
  readonly line: number;
}

export interface Page {
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
}

interface Fence {
  readonly mark: string;
  readonly indent: number;
  readonly language: string;
  readonly line: number;
  readonly code: string[];
}

const fenceOf = (text: string, line: number): Fence | undefined => {
  const [, indent = "", mark, language = ""] = /^( *)(`{3,}|~{3,}) *([^\s`]*)/.exec(text) ?? [];
  if (mark === undefined) return undefined;
  return { mark, indent: indent.length, language, line: line + 1, code: [] };
};

const closes = (text: string, { mark }: Fence): boolean => {
  const trimmed = text.trim();
  return trimmed.startsWith(mark) && trimmed === mark.charAt(0).repeat(trimmed.length);
};

/** Reads the headings and the fenced blocks of Markdown; a fence within a longer fence is text. */
export const readPage = (markdown: string): Page => {
  const headings: string[] = [];
  const blocks: Block[] = [];
  let open: Fence | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open === undefined) {
      open = fenceOf(text, index + 1);
      if (/^#{1,6} /.test(text)) headings.push(text);
    } else if (closes(text, open)) {
      blocks.push({ language: open.language, code: open.code.join("\n"), line: open.line });
      open = undefined;
    } else {
      open.code.push(text.slice(Math.min(open.indent, text.search(/\S|$/))));
    }
  }
  if (open !== undefined) throw new Error(`The fence above line ${open.line} is never closed.`);
  return { headings, blocks };
};

/** The page at a path below the root, or undefined when there is none. */
export const pageAt = (path: string): Page | undefined => {
  const file = join(root, path);
  return existsSync(file) ? readPage(readFileSync(file, "utf8")) : undefined;
};

const below = (folder: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
        .map((path) => join(folder, path))
    : [];

/** Every page whose code must compile: the root's READMEs, each package's, and the docs. */
export const pages = (): readonly string[] =>
  [
    "README.md",
    "README.zh-CN.md",
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
    ...below("docs"),
  ].filter((path) => existsSync(join(root, path)));
