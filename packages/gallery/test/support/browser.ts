import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { type Picture, readPng } from "./png.ts";

const run = promisify(execFile);

const places = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].map(
  (name) => join("/usr/bin", name),
);

/** Where the browser is. Skips the test where there is none, and says so; fails it where one is required. */
export const browserOf = ({ skip, task }: Pick<TestContext, "skip" | "task">): string => {
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const reason = `no Chromium: none of ${places.join(", ")} exists`;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${reason}. Install one.`);
  // Reports in JSON carry a test's meta, and not why it was skipped.
  Object.assign(task.meta, { skipped_because: reason });
  return skip(reason);
};

/** Alone on the machine: no account, no network of its own, nothing kept. */
const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ...["--hide-scrollbars", "--enable-logging=stderr", "--dump-dom"],
];

export interface Look {
  /** The document as the browser understood it. */
  readonly dom: string;
  /** What was said on its console, refusals of the page's policy among it. */
  readonly console: readonly string[];
  readonly picture: Picture;
}

/** Opens a page in the browser and looks at it through a window of this size. */
export const lookAt = async (
  browser: string,
  page: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Look> => {
  const folder = await mkdtemp(join(tmpdir(), "gallery-"));
  const [file, shot] = [join(folder, "page.html"), join(folder, "page.png")];
  try {
    await writeFile(file, page);
    const { stdout, stderr } = await run(
      browser,
      [
        ...flags,
        `--user-data-dir=${join(folder, "profile")}`,
        `--screenshot=${shot}`,
        `--window-size=${width},${height}`,
        pathToFileURL(file).href,
      ],
      { maxBuffer: 2 ** 26, timeout: 100_000, killSignal: "SIGKILL" },
    );
    const console = stderr.split("\n").filter((line) => line.includes(":CONSOLE"));
    return { dom: stdout, console, picture: readPng(await readFile(shot)) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};
