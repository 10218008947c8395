import { sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { linkOf } from "../src/link.ts";
import { renderBlocks } from "../src/render.ts";
import { options, textsOf } from "./support.ts";

describe("an address that is all of a value", () => {
  const runbook = "https://wiki.example.com/runbook?id=42&part=source#timeouts";
  const shown = "<https://wiki.example.com/runbook?id=42&amp;part=source#timeouts>";

  it("can be clicked: alone, where it is long and where it is short, and in a digest", () => {
    const event = sampleEvent({ metrics: {}, details: { runbook, site: "https://a.example/" } });
    const [alone, several] = [[event], [event, event]] as const;
    expect(textsOf(renderBlocks(alone, options).attachments)).toEqual(
      expect.arrayContaining([`*runbook*\n${shown}`, "*site*\n<https://a.example/>"]),
    );
    expect(textsOf(renderBlocks(several, options).attachments)).toContainEqual(
      expect.stringContaining(`\nrunbook: ${shown} · site: <https://a.example/>\n`),
    );
  });

  it("is whole or no link: what is cut is text", () => {
    const site = `https://a.example/${"x".repeat(460)}`;
    const events = Array.from({ length: 20 }, () => sampleEvent({ details: { site } }));
    const [first = sampleEvent(), ...rest] = events;
    for (const text of textsOf(renderBlocks([first, ...rest], options).attachments)) {
      expect(text).not.toContain("<http");
    }
    expect(linkOf(`https://a.example/${"x".repeat(500)}`)).toBeUndefined();
    expect(linkOf(`https://a.example/${"长".repeat(100)}`)).toBeUndefined();
  });

  it.each([
    ["with words before it", "see https://a.example/"],
    ["with words after it", "https://a.example/ is down"],
    ["with another on the next line", "https://a.example/\nhttps://b.example/"],
    ["with a user name, which reads like a host", "https://bank.example@evil.example/"],
    ["with a password alone", "https://:word@evil.example/"],
    ["of another kind", "javascript:alert(1)"],
    ["with a port that is none", "https://a.example:99999/"],
    ["that is none", "https://"],
    ["with a bracket", "https://a.example/>"],
    ["with an opening bracket", "https://a.example/<b"],
    ["with another in a Chinese list", "https://a.example/、https://b.example/"],
    ["with another behind a Chinese comma", "https://a.example/，https://b.example/"],
    ["with another behind a Chinese semicolon", "https://a.example/；https://b.example/"],
    ["at the end of a Chinese sentence", "https://a.example/。"],
    ["of two lines", "https://a.example/\n<!channel>"],
  ])("is no link %s", (_, value) => {
    expect(linkOf(value)).toBeUndefined();
  });

  it("is one without TLS, and in capitals, too", () => {
    expect(linkOf("http://a.example/")).toBe("<http://a.example/>");
    expect(linkOf("HTTPS://A.example/X")).toBe("<https://a.example/X>");
  });

  it("shows where it leads, whatever it holds", () => {
    expect(linkOf("https://evil.example/|https://bank.example/")).toBe(
      "<https://evil.example/%7Chttps://bank.example/>",
    );
    expect(linkOf("https://a.example/?of=a|b|c")).toBe("<https://a.example/?of=a%7Cb%7Cc>");
    expect(linkOf("https://b\u0430nk.example/")).toBe("<https://xn--bnk-6cd.example/>");
  });
});
