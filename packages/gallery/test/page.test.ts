import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "../src/collect/collect.ts";
import type { Exhibit } from "../src/collect/deliver.ts";
import { galleryPage } from "../src/page/page.ts";

let exhibits: readonly Exhibit[] = [];
let page = "";

/** The page without what mails bring along: it is escaped, within the frames. */
const own = (): string => page.replace(/ srcdoc="[^"]*"/g, "");

beforeAll(async () => {
  exhibits = await collect();
  page = galleryPage(exhibits);
});

describe("the page", () => {
  it("has a place for every exhibit, which its address can name", () => {
    const ids = [...page.matchAll(/<figure class="exhibit" id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(exhibits.length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("draws all that notifiers send", () => {
    expect(page.match(/[^\n]*class="[^"]*undrawn[^\n]*/g)).toBeNull();
  });

  it("marks what it cannot draw", () => {
    const [exhibit] = exhibits;
    const card = { msg_type: "interactive", card: { elements: [{ tag: "chart", spec: {} }] } };
    const changed = exhibit && {
      ...exhibit,
      arrivals: [{ kind: "feishu", message: card } as const],
    };
    expect(galleryPage(changed ? [changed] : [])).toContain(
      '<pre class="undrawn">not drawn: {&quot;tag&quot;:&quot;chart&quot;,&quot;spec&quot;:{}}</pre>',
    );
  });

  it("needs nothing but itself, and says so to the browser", () => {
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;`,
    );
    expect(own().match(/<script|<link|<img|\ssrc=|url\(|@import|href="[^#]/g)).toBeNull();
  });

  it("keeps each mail in a frame that may do nothing", () => {
    const mails = exhibits.filter(({ exhibitor }) => exhibitor === "email");
    expect(page.match(/<iframe sandbox="" /g)).toHaveLength(2 * mails.length);
    expect(page.match(/<iframe/g)).toHaveLength(2 * mails.length);
  });

  it("has a button for every type, level, receiver and language, with one pressed in each row", () => {
    const pressed = [...page.matchAll(/id="([^"]+)" checked/g)].map(([, id]) => id);
    expect(pressed).toEqual(["type.sync_failure", "level.error", "exhibitor.all", "locale.zh-CN"]);
    const inputs = [...page.matchAll(/<input [^>]*id="([^"]+)"/g)].map(([, id]) => id);
    const labels = [...page.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id);
    expect(labels).toEqual(inputs);
    expect(inputs).toEqual(expect.arrayContaining(["type.digest", "level.critical", "locale.en"]));
  });
});
