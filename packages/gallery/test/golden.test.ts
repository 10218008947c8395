import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "../src/collect/collect.ts";
import type { Exhibit } from "../src/collect/deliver.ts";
import { exhibitors } from "../src/collect/exhibitors.ts";
import { goldenText } from "./support/golden.ts";

let exhibits: readonly Exhibit[] = [];

beforeAll(async () => {
  exhibits = await collect();
});

const rows = exhibitors.flatMap(({ name, locales }) =>
  locales.map((locale) => [name, locale] as const),
);

const of = (name: string, locale: string): readonly Exhibit[] =>
  exhibits.filter((exhibit) => exhibit.exhibitor === name && exhibit.locale === locale);

describe("what arrives is what was reviewed", () => {
  it.each(rows)("at %s in %s", async (name, locale) => {
    await expect(goldenText(of(name, locale))).toMatchFileSnapshot(`golden/${name}/${locale}.txt`);
  });

  it.each(["zh-CN", "en"])("in the HTML of a mail in %s", async (locale) => {
    for (const id of ["sync_failure.critical", "digest.outage"]) {
      const [mail] = of("email", locale).find(({ sample }) => sample.id === id)?.arrivals ?? [];
      const source = mail?.kind === "mail" ? mail.mail.html : "";
      await expect(source).toMatchFileSnapshot(`golden/email/${locale}.${id}.html.txt`);
    }
  });
});
