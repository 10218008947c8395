import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Block, type Page, pageAt, pages, readPage } from "./support/blocks.ts";
import { compile } from "./support/compile.ts";
import { published } from "./support/packages.ts";

const project = inject("project");

interface Sample extends Block {
  readonly page: string;
  /** In the project, below `pages/`. */
  readonly file: string;
}

const samples: readonly Sample[] = pages().flatMap((page) =>
  (pageAt(page)?.blocks ?? [])
    .filter(({ language }) => language === "ts")
    .map((block) => ({ ...block, page, file: `pages/${page}.${block.line}.ts` })),
);

/** The rest of a service: what a module adds to core's types counts once some other file imports core. */
const service = { file: "pages/service.ts", code: 'import "@datasync-monitor/core";\n' };

/** The files of each compilation. A sample that adds to core's types has its own, for it would hold for all. */
const groups = (): readonly (readonly string[])[] => {
  const adds = ({ code }: Sample) => code.includes("declare module");
  const together = samples.filter((sample) => !adds(sample)).map(({ file }) => file);
  const alone = samples.filter(adds).map(({ file }) => [file, service.file]);
  return [[...together, service.file], ...alone];
};

/** Each page that stands in English and in Chinese. */
const translations: readonly (readonly [string, string])[] = [
  ["README.md", "README.zh-CN.md"],
  ...pages()
    .filter((page) => page.startsWith("docs/") && !page.startsWith("docs/zh-CN/"))
    .map((page) => [page, page.replace("docs/", "docs/zh-CN/")] as const),
];

let errors: readonly string[] = [];

beforeAll(async () => {
  await mkdir(join(project, "pages"));
  await writeFile(join(project, service.file), service.code);
  for (const { file, code, line } of samples) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    // As far down as in its page, so that the compiler's line is the page's.
    await writeFile(join(project, file), `${"\n".repeat(line - 1)}${code}\n`);
  }
  for (const [index, files] of groups().entries()) {
    const found = await compile(project, { name: `pages-${index}`, files, resolution: "nodenext" });
    errors = [...errors, ...found];
  }
  errors = errors.map((error) => error.replace(/^pages\/(.+\.md)\.\d+\.ts\((\d+),/, "$1:$2 ("));
});

describe("the code in the pages", () => {
  it.each([...new Set(samples.map(({ page }) => page))])("of %s compiles", (page) => {
    expect(errors.filter((error) => error.startsWith(`${page}:`))).toEqual([]);
  });

  it("brings no error from elsewhere", () => {
    const known = new Set(samples.map(({ page }) => page));
    expect(errors.filter((error) => !known.has(error.split(":", 1)[0] ?? ""))).toEqual([]);
  });
});

describe("the pages", () => {
  it.each(published.map(({ folder }) => folder))("%s has a README that shows its use", (folder) => {
    const page = pageAt(`${folder}/README.md`);
    expect(page, "there is no README.md").toBeDefined();
    expect(page?.headings[0]).toMatch(/^# @datasync-monitor\//);
    expect(page?.blocks.filter(({ language }) => language === "ts")).not.toHaveLength(0);
  });

  it.each(translations)("%s and %s say the same", (english, chinese) => {
    const levels = (page?: Page) => page?.headings.map((text) => text.indexOf(" "));
    const code = (page?: Page) => page?.blocks.map(({ language, code }) => ({ language, code }));
    expect(pageAt(chinese), "there is no translation").toBeDefined();
    expect(levels(pageAt(chinese))).toEqual(levels(pageAt(english)));
    expect(code(pageAt(chinese))).toEqual(code(pageAt(english)));
  });
});

describe("readPage", () => {
  it("finds headings and blocks, with the line each begins on", () => {
    const page =
      "# Title\n\n```ts\n# not a heading\n```\n\n## Next\n- item\n  ```sh\n  run it\n  ```\n";
    expect(readPage(page)).toEqual({
      headings: ["# Title", "## Next"],
      blocks: [
        { language: "ts", code: "# not a heading", line: 4 },
        { language: "sh", code: "run it", line: 10 },
      ],
    });
  });

  it("takes a fence within a longer fence for text", () => {
    const { blocks } = readPage("````md\n```ts\nno();\n```\n````\n");
    expect(blocks).toEqual([{ language: "md", code: "```ts\nno();\n```", line: 2 }]);
  });

  it("refuses a page whose fence is never closed", () => {
    expect(() => readPage("# Title\n```ts\nno();\n")).toThrow("above line 3");
  });
});
