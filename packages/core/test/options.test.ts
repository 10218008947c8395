import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import {
  checkOptions,
  choiceOption,
  flagOption,
  numberOption,
  textOption,
} from "../src/options.ts";

const caught = (run: () => unknown): ConfigError => {
  try {
    run();
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.unreachable("nothing was thrown");
};

describe("checkOptions", () => {
  const known = ["webhookUrl", "secret", "timeoutMs"];
  const check = (options: unknown) => checkOptions("slack()", options, known);

  it("takes known names, also when their values are undefined", () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ secret: undefined, webhookUrl: "x" })).not.toThrow();
  });

  it.each([
    ["webhookURL", "webhookUrl"],
    ["webhook", "webhookUrl"],
    ["secert", "secret"],
    ["timeoutms", "timeoutMs"],
  ])("refuses %s and names %s as the nearest name that it knows", (wrong, right) => {
    const { option, message } = caught(() => check({ [wrong]: "T0P-SECRET" }));
    expect(option).toBe(wrong);
    expect(message).toContain("slack() has no option");
    if (wrong === "webhook") expect(message).toContain("webhookUrl, secret, timeoutMs");
    else expect(message).toContain(`Did you mean \`${right}\`?`);
    expect(message).not.toContain("T0P-SECRET");
  });

  it("lists what it knows where no name is near", () => {
    expect(caught(() => check({ colour: 1 })).message).toContain(
      "It knows: webhookUrl, secret, timeoutMs.",
    );
  });

  it.each([
    [undefined, "missing"],
    [null, "null"],
    ["https://x/T0P-SECRET", "a string"],
    [[], "an array"],
  ])("refuses %j, which is no options object", (options, got) => {
    const { option, message } = caught(() => check(options));
    expect([option, message]).toEqual([
      "options",
      `slack() takes an options object, but it is ${got}.`,
    ]);
  });
});

describe("textOption", () => {
  const text = (value: unknown) => textOption("feishu()", "secret", value);

  it("trims what it is given", () => {
    expect(text("  abc\n")).toBe("abc");
  });

  it.each([
    ["", "empty"],
    [" \n", "empty"],
    [5, "a number"],
  ])("refuses %j and says what it is", (value, got) => {
    const { option, message } = caught(() => text(value));
    expect(option).toBe("secret");
    expect(message).toBe(
      `feishu(): \`secret\` must be a string that is not empty, but it is ${got}.`,
    );
  });

  it("tells who wrote `process.env.NAME` that it may not be set", () => {
    expect(caught(() => text(undefined)).message).toMatch(/Is the variable it comes from set\?$/);
  });

  it("never repeats the value, which may be a secret", () => {
    expect(caught(() => text(["T0P-SECRET"])).message).not.toContain("T0P-SECRET");
    expect(caught(() => text({ toString: () => "T0P-SECRET" })).message).not.toContain(
      "T0P-SECRET",
    );
  });
});

describe("numberOption", () => {
  const number = (value: unknown, integer = false) =>
    numberOption("x()", "timeoutMs", value, 10, { min: 1, max: 100, integer });

  it("takes the ends of its range, and the default for undefined", () => {
    expect([number(1), number(100), number(1.5), number(undefined)]).toEqual([1, 100, 1.5, 10]);
  });

  it.each([0.999, 100.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null, 5n])(
    "refuses %s",
    (value) => {
      const { option, message } = caught(() => number(value));
      expect(option).toBe("timeoutMs");
      expect(message).toMatch(/^x\(\): `timeoutMs` must be a number from 1 to 100, but it is /);
    },
  );

  it("refuses a fraction where only whole numbers do", () => {
    expect(number(5, true)).toBe(5);
    expect(caught(() => number(5.5, true)).message).toContain(
      "a whole number from 1 to 100, but it is 5.5",
    );
  });
});

describe("choiceOption", () => {
  const choice = (value: unknown) => choiceOption("x()", "format", value, "card", ["text", "card"]);

  it("takes one of its words, and the default for undefined", () => {
    expect([choice("text"), choice(undefined)]).toEqual(["text", "card"]);
  });

  it.each(["TEXT", "", null, 1, ["text"]])("refuses %j and lists the words", (value) => {
    expect(caught(() => choice(value)).message).toBe(
      'x(): `format` must be one of "text", "card".',
    );
  });
});

describe("flagOption", () => {
  it("takes true, false, and the default for undefined", () => {
    const flags = [true, false, undefined].map((value) => flagOption("x()", "pretty", value, true));
    expect(flags).toEqual([true, false, true]);
  });

  it.each(["true", 1, null])("refuses %j, which only looks like one", (value) => {
    expect(caught(() => flagOption("x()", "pretty", value, true)).option).toBe("pretty");
  });
});
