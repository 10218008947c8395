import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "../src/collect/collect.ts";
import { deliver, type Exhibit } from "../src/collect/deliver.ts";
import { exhibitors } from "../src/collect/exhibitors.ts";
import { galleryPage } from "../src/page/page.ts";
import { hostile } from "../src/samples/samples.ts";
import { browserOf, lookAt } from "./support/browser.ts";
import { fitsOf, measuring } from "./support/measure.ts";
import { titleOf } from "./support/titles.ts";

/** A browser opens every frame of the page, on a machine that may be busy. */
const timeout = 120_000;

const screen = { width: 1_400, height: 5_000 };

let exhibits: readonly Exhibit[] = [];

beforeAll(async () => {
  exhibits = await collect();
});

const attack = `"'><script>document.title = "broken"</script><img src=x onerror='document.title = "broken"'><style>body{display:none}</style><iframe srcdoc="<script>top.document.title = 1</script>"></iframe>`;

describe("the page in Chromium", () => {
  it("shows every title, and one failure at every receiver", { timeout }, async (context) => {
    const { dom, console, picture } = await lookAt(
      browserOf(context),
      galleryPage(exhibits),
      screen,
    );

    expect(console).toEqual([]);
    const titles = new Set(exhibits.flatMap(({ arrivals }) => arrivals.flatMap(titleOf)));
    expect(titles.size).toBeGreaterThan(150);
    expect([...titles].filter((title) => !dom.includes(title))).toEqual([]);

    expect(picture).toMatchObject(screen);
    expect(picture.count("#f54a45"), "the red head of Feishu's card").toBeGreaterThan(10_000);
    expect(picture.count("#3370ff"), "a blue head, of a level that is not pressed").toBe(0);
    expect(picture.count("#dc2626"), "the red bars of Slack and the mail").toBeGreaterThan(5_000);
    expect(picture.count("#111827"), "the mail at night").toBeGreaterThan(1_000);
    expect(picture.count("#14161a"), "the terminal").toBeGreaterThan(10_000);
  });

  it("shows each mail to its end, on both screens", { timeout }, async (context) => {
    const mails = exhibits.filter(({ exhibitor }) => exhibitor === "email");
    const { dom } = await lookAt(browserOf(context), measuring(galleryPage(mails)), screen);

    const fits = fitsOf(dom);
    expect(fits).toHaveLength(2 * mails.length);
    expect(fits.filter(({ below, beside }) => below > 0 || beside > 0)).toEqual([]);
  });

  it("runs nothing that an event says, and loads nothing", { timeout }, async (context) => {
    const browser = browserOf(context);
    const shown = await Promise.all(
      exhibitors
        .filter(({ name }) => name !== "prometheus")
        .map((exhibitor) => deliver(exhibitor, "en", [hostile(attack)])),
    );
    const { dom, console } = await lookAt(browser, galleryPage(shown.flat()), screen);

    expect(console).toEqual([]);
    expect(dom).toContain("<title>What datasync-monitor sends</title>");
    expect(dom.match(/<script|<img/g)).toBeNull();
  });

  it("is refused by its own policy what it does not do", { timeout }, async (context) => {
    const broken =
      '<script>document.title = "broken"</script><img src="https://example.com/x.png">';
    const page = galleryPage([]).replace("</body>", `${broken}</body>`);
    const { dom, console } = await lookAt(browserOf(context), page, screen);

    expect(console).toHaveLength(2);
    expect(console.join("\n")).toMatch(/inline script violates[\s\S]*Loading the image/);
    expect(dom).not.toContain("<title>broken</title>");
  });
});
