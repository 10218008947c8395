import { describe, expect, expectTypeOf, it } from "vitest";
import { defineNotifier } from "../src/define-notifier.ts";
import { ConfigError } from "../src/errors.ts";
import type { Batch, Notifier, SendContext } from "../src/notifier.ts";

const send = async (): Promise<void> => {};

describe("defineNotifier", () => {
  it("stamps the contract and keeps the object, its state and its methods", () => {
    const given = {
      id: "my-pager",
      sent: 0,
      async send() {
        this.sent += 1;
      },
    };
    const notifier = defineNotifier(given);
    expect(notifier).toBe(given);
    expect(notifier.contract).toBe(1);
    expectTypeOf(notifier).toExtend<Notifier>();
  });

  it("infers the arguments of send", () => {
    defineNotifier({
      id: "pager",
      send(batch, context) {
        expectTypeOf(batch).toEqualTypeOf<Batch>();
        expectTypeOf(context).toEqualTypeOf<SendContext>();
      },
    });
  });

  it.each(["a", "my-pager", `a${"9".repeat(63)}`])("takes the id %s", (id) => {
    expect(defineNotifier({ id, send }).id).toBe(id);
  });

  it.each([
    "",
    "My-Pager",
    "my_pager",
    "9lives",
    "-a",
    "a b",
    `a${"9".repeat(64)}`,
    "a\n",
    undefined,
    5,
  ])("refuses the id %j", (id) => {
    const define = () => defineNotifier({ id: id as string, send });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(/lower-case kebab/);
  });

  it("refuses a notifier that cannot send, by name", () => {
    const define = () => defineNotifier({ id: "mute" } as unknown as Notifier);
    expect(define).toThrow(ConfigError);
    expect(define).toThrow("The notifier `mute` needs a `send(batch, context)` method.");
  });
});
