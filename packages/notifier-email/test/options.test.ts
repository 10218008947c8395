import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { elsewhere } from "../../../test-support/certificates.ts";
import * as publicNames from "../src/index.ts";
import { type EmailOptions, email } from "../src/index.ts";
import { serverOption } from "../src/server.ts";
import { addresses } from "./support/workbench.ts";

const base: EmailOptions = { ...addresses, url: "smtps://mail.example.com" };

const refusal = (options: Partial<Record<keyof EmailOptions, unknown>>): ConfigError => {
  try {
    email({ ...base, ...options } as EmailOptions);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  throw new Error("The options were taken.");
};

const inPlaceOfUrl = (options: Partial<Record<keyof EmailOptions, unknown>>) => ({
  url: undefined,
  ...options,
});

describe("the public names", () => {
  it("are the factory, and its options' type", () => {
    expect(Object.keys(publicNames)).toEqual(["email"]);
  });
});

describe("options", () => {
  it.each<[string, Partial<EmailOptions>]>([
    ["smtps://user:p%40ss@mail.example.com:465", {}],
    ["smtp://mail.example.com", {}],
    ["smtp://[::1]:2525/", {}],
    ["host alone", { host: "mail" }],
    [
      "host with companions",
      { host: "192.0.2.1", port: 25, secure: false, user: "u", password: "p", requireTls: true },
    ],
    [
      "the rest",
      {
        ...base,
        subjectPrefix: "",
        locale: "zh-CN",
        timeZone: "Asia/Shanghai",
        ca: [elsewhere],
        connections: 1,
      },
    ],
    [
      "undefined for all that is optional",
      {
        ...base,
        host: undefined,
        port: undefined,
        user: undefined,
        ca: undefined,
        locale: undefined,
      },
    ],
  ])("takes %s", (name, options) => {
    const url = /^smtps?:/.test(name) ? { url: name } : {};
    expect(email({ ...addresses, ...url, ...options })).toMatchObject({
      contract: 1,
      id: "email",
      maxBatchSize: 100,
    });
  });

  it("says what to set when neither `url` nor `host` is there, as when a variable is missing", () => {
    const { option, message } = refusal({ url: undefined });
    expect(option).toBe("url");
    expect(message).toMatch(/set `url`.*or `host`.*environment variable/);
  });

  it.each(["host", "port", "secure", "user", "password"] as const)(
    "refuses `url` together with `%s`",
    (name) => {
      expect(refusal({ [name]: "x" })).toMatchObject({
        option: name,
        message: expect.stringContaining("together"),
      });
    },
  );

  it("names the option that is nearest to one that it does not know", () => {
    expect(() => email({ ...base, requireTLS: true } as EmailOptions)).toThrow(
      "Did you mean `requireTls`?",
    );
    expect(() => email({ ...base, connection: 2 } as EmailOptions)).toThrow(
      "Did you mean `connections`?",
    );
    expect(() => email({ ...base, tls: { rejectUnauthorized: false } } as EmailOptions)).toThrow(
      "has no option `tls`",
    );
  });

  it.each([
    ["https://mail.example.com", "neither smtp: nor smtps:"],
    ["mail.example.com:465", "neither smtp: nor smtps:"],
    ["smtp://", "names no host"],
    ["smtp://mail.example.com/path", "path, a query"],
    ["smtps://mail.example.com?tls.rejectUnauthorized=false", "path, a query"],
    ["smtps://mail.example.com#x", "path, a query"],
    ["smtps://secret%ZZ:canary@mail.example.com", "percent-encoding"],
    ["smtps://canary secret", "not a URL"],
    ["  ", "empty"],
  ])("refuses the url %s without repeating it", (url, problem) => {
    const { option, message } = refusal({ url });
    expect(option).toBe("url");
    expect(message).toContain(problem);
    expect(message).not.toMatch(/canary|rejectUnauthorized/);
  });

  it("refuses a user without a password and a password without a user, and repeats neither", () => {
    expect(refusal({ url: "smtps://canary@mail.example.com" }).message).not.toContain("canary");
    expect(refusal(inPlaceOfUrl({ host: "mail", user: "canary" }))).toMatchObject({
      option: "password",
    });
    expect(refusal(inPlaceOfUrl({ host: "mail", password: "canary" })).message).not.toContain(
      "canary",
    );
    const lacking = refusal(inPlaceOfUrl({ host: "mail", user: "u", password: undefined }));
    expect(lacking.message).toMatch(/the password is missing.*that variable is not set/);
    expect(refusal(inPlaceOfUrl({ host: "mail", password: "p" })).message).toMatch(/the user is/);
  });

  it.each<[keyof EmailOptions, unknown]>([
    ["port", 0],
    ["port", 65_536],
    ["port", "25"],
    ["secure", "yes"],
    ["requireTls", 1],
    ["host", "smtp://mail.example.com"],
    ["host", "mail.example.com:465"],
    ["host", "mail.example.com\r\nx"],
    ["subjectPrefix", "x".repeat(61)],
    ["subjectPrefix", 1],
    ["locale", "fr"],
    ["timeZone", "Mars/Olympus"],
    ["connections", 0],
    ["connections", 101],
    ["connections", 1.5],
    ["ca", "x"],
    ["ca", { path: "x" }],
  ])("refuses `%s` of %j", (option, value) => {
    const place = ["port", "secure", "host"].includes(option) ? inPlaceOfUrl({ host: "mail" }) : {};
    expect(refusal({ ...place, [option]: value }).option).toMatch(
      new RegExp(`^(${option}|options)$`),
    );
  });

  it("refuses a path where a certificate is wanted", () => {
    expect(refusal({ ca: "/etc/ssl/ca.pem" })).toMatchObject({
      option: "ca",
      message: expect.stringContaining("not its path"),
    });
  });

  it("shows none of its secrets", () => {
    const secrets = ["canary-user", "canary-pass"];
    const shown = inspect(
      email({ ...addresses, url: `smtps://${secrets.join(":")}@mail.example.com` }),
      { depth: null, showHidden: true },
    );
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });
});

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
    for (const to of ["b@y.com, evil@z.com", "b@y.com; evil@z.com", "B <b@y.com>, evil@z.com"]) {
      expect(refusal({ to })).toMatchObject({
        option: "to",
        message: expect.stringContaining("Pass an array"),
      });
    }
    expect(refusal({ from: "b@y.com,evil@z.com" }).option).toBe("from");
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

describe("`requireTls`", () => {
  const requireTls = (options: Partial<EmailOptions>) =>
    serverOption("email()", { ...addresses, ...options }).requireTls;

  it("is on by itself when a password would leave this machine", () => {
    expect(requireTls({ url: "smtp://u:p@mail.example.com" })).toBe(true);
    expect(requireTls({ host: "mail.example.com", user: "u", password: "p" })).toBe(true);
    expect(requireTls({ url: "smtp://mail.example.com" })).toBe(false);
    for (const here of ["localhost", "127.0.0.1", "[::1]"])
      expect(requireTls({ url: `smtp://u:p@${here}` })).toBe(false);
  });

  it("is what the options say", () => {
    expect(requireTls({ url: "smtp://u:p@mail.example.com", requireTls: false })).toBe(false);
    expect(requireTls({ url: "smtp://mail.example.com", requireTls: true })).toBe(true);
  });
});

describe("the port", () => {
  const place = (options: Partial<EmailOptions>) =>
    serverOption("email()", { ...addresses, ...options });

  it("is 465 with TLS from the start, else 587, and 465 means TLS from the start", () => {
    expect(place({ url: "smtps://mail" })).toMatchObject({ port: 465, secure: true });
    expect(place({ url: "smtp://mail" })).toMatchObject({ port: 587, secure: false });
    expect(place({ url: "smtp://mail:465" })).toMatchObject({ port: 465, secure: true });
    expect(place({ host: "mail" })).toMatchObject({ port: 587, secure: false });
    expect(place({ host: "mail", secure: true })).toMatchObject({ port: 465, secure: true });
    expect(place({ host: "mail", port: 465 })).toMatchObject({ port: 465, secure: true });
  });

  it("comes with credentials that were decoded, and loses the line end of a file", () => {
    expect(place({ url: "smtps://a%40b:p%3A%20%2F@mail" }).auth).toEqual({
      user: "a@b",
      pass: "p: /",
    });
    expect(place({ host: "mail", user: "u\n", password: " p \n" }).auth).toEqual({
      user: "u",
      pass: " p ",
    });
  });
});
