import { expect, it } from "vitest";
import { envelope, sign } from "../src/sign.ts";

it("signs as the vendor's sample does (trap 4)", () => {
  expect(sign("demo", "1599360473")).toBe("l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
});

it("does not sign as DingTalk does", () => {
  expect(sign("demo", "1599360473")).not.toBe("DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ=");
});

it("carries the time as a string of whole seconds", () => {
  expect(envelope("demo", 1_599_360_473_999)).toEqual({
    timestamp: "1599360473",
    sign: "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
  });
});

it("carries nothing without a secret", () => {
  expect(envelope(undefined, 1_599_360_473_999)).toEqual({});
});
