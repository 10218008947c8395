import { describe, expect, it } from "vitest";
import { email } from "../src/index.ts";
import { base, refusal } from "./support/refusal.ts";

describe("addresses", () => {
  it.each([
    "ops@example.com",
    "  ops@example.com ",
    "Ops <ops@example.com>",
    '"Ops, night shift" <ops@example.com>',
    "值班 <ops+alerts@mail.example.co.uk>",
    "Ops 👩‍💻 <ops@localhost>",
    "ops@bücher.example",
    "o'brien_x@example.com",
    "!#$%&'*+/=?^_`{|}~-9.!#$%&'*+/=?^_`{|}~-9@example.com",
    "值班.夜1@example.com",
    "ops@9a1b2.x.ex4mple-1.c0",
    "ops@भारत.example",
    "<ops@example.com>",
  ])("takes %j", (to) => {
    expect(() => email({ ...base, to, from: to })).not.toThrow();
  });

  it("trap 52: refuses a string that holds several, and says to pass an array", () => {
    for (const to of [
      "b@y.com, evil@z.com",
      "b@y.com; evil@z.com",
      "B <b@y.com>, evil@z.com",
      "b@y.com,\nevil@z.com",
    ]) {
      expect(refusal({ to })).toMatchObject({
        option: "to",
        message: expect.stringContaining("Pass an array"),
      });
    }
    expect(refusal({ from: "b@y.com,evil@z.com" }).option).toBe("from");
    for (const to of ["ops, night", "ops", "b@y.com, evil", "b@y@z.com"])
      expect(refusal({ to }).message).not.toContain("several");
  });

  it.each([
    "b@y.com>\r\nRCPT TO:<e@z.com",
    "b@y.com\nBcc: e@z.com",
    "b@y.com> <e@z.com",
    "B <b@y.com> e",
    "B <<b@y.com>>",
    "b@y.com ORCPT=x",
    "b y@z.com",
    "b@e@z.com",
    '"b"@z.com',
    "b@z.com:25",
    "b@z.com/evil",
    "b@[127.0.0.1]",
    "b@-z.com",
    "b@z..com",
    ".b@z.com",
    "b.@z.com",
    "b..c@z.com",
    "b@z-.com",
    "b@z.-com",
    "b@.z.com",
    "b@z.com.",
    "b@z_y.com",
    "b@z!.com",
    "B, C <b@z.com>",
    "B; <b@z.com>",
    "B: <b@z.com>",
    "c@y.com <b@z.com>",
    "B (night) <b@z.com>",
    "[B] <b@z.com>",
    "B\\ <b@z.com>",
    'B "C" <b@z.com>',
    '"B" C <b@z.com>',
    '"B\\" <b@z.com>',
    '"B"C" <b@z.com>',
    '"B <c@y.com>" <b@z.com>',
    "B <b@z.com",
    "B b@z.com>",
    "b@",
    "@z.com",
    "ops",
    "B\u202egnp <b@z.com>",
    "Group: b@z.com;",
    `${"x".repeat(260)}@z.com`,
  ])("trap 52: refuses %j", (address) => {
    expect(refusal({ to: address }).option).toBe("to");
    expect(refusal({ to: ["ops@example.com", address] }).option).toBe("to[1]");
    expect(refusal({ from: address }).option).toBe("from");
  });

  it("takes an address of 254 characters, the most that SMTP carries, and refuses the 255th", () => {
    const domain = `${`${"d".repeat(60)}.`.repeat(3)}example`;
    const longest = `${"x".repeat(253 - domain.length)}@${domain}`;
    expect(longest).toHaveLength(254);
    expect(() => email({ ...base, to: longest })).not.toThrow();
    expect(refusal({ to: `x${longest}` }).option).toBe("to");
  });

  it("refuses nobody, nothing, what is no string, and more than 100", () => {
    expect(refusal({ to: [] }).option).toBe("to");
    expect(refusal({ to: undefined })).toMatchObject({
      option: "to",
      message: expect.stringContaining("it is missing"),
    });
    expect(refusal({ to: " " }).message).toContain("it is empty");
    expect(refusal({ to: 7 }).message).toContain("it is not a string");
    expect(refusal({ to: [undefined] }).option).toBe("to[0]");
    expect(refusal({ to: [{ address: "b@y.com" }] }).option).toBe("to[0]");
    expect(refusal({ from: undefined }).option).toBe("from");
    const many = Array.from({ length: 101 }, (_, i) => `ops${i}@example.com`);
    expect(refusal({ to: many }).message).toContain("distribution list");
    expect(() => email({ ...base, to: many.slice(1) })).not.toThrow();
  });
});
