import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { elsewhere } from "../../../test-support/certificates.ts";
import * as publicNames from "../src/index.ts";
import { type EmailOptions, email } from "../src/index.ts";
import { serverOption } from "../src/server.ts";
import { base, refusal } from "./support/refusal.ts";
import { addresses } from "./support/workbench.ts";

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
    ["an IPv6 address", { host: "2001:db8::25" }],
    [
      "host with companions",
      { host: "192.0.2.1", port: 25, secure: false, user: "u", password: "p", requireTls: true },
    ],
    [
      "the rest",
      {
        ...base,
        subjectPrefix: "x".repeat(60),
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
    for (const password of [5, ""])
      expect(refusal(inPlaceOfUrl({ host: "mail", user: "u", password })).option).toBe("password");
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
