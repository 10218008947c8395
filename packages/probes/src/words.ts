import type { Locale } from "@datasync-monitor/core";

/** What all probes say, in one language. What one of them says is in its own folder. */
export interface Words {
  /** "42 s", "12 min", "5 h", "3 d": as exact as a guess should look. */
  readonly roughly: (seconds: number) => string;
  /** Of a value that was thrown and is no error. */
  readonly threw: (kind: string) => string;
  readonly threwUnreadable: string;
  readonly noAnswerWithin: (ms: number) => string;
  /** Asked once, and not answered yet. */
  readonly noAnswerFor: (seconds: number) => string;
}

type Unit = "s" | "min" | "h" | "d";

const roughlyIn =
  (units: Readonly<Record<Unit, string>>) =>
  (seconds: number): string => {
    if (seconds < 60) return `${Math.floor(seconds)} ${units.s}`;
    if (seconds < 3_600) return `${Math.floor(seconds / 60)} ${units.min}`;
    if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)} ${units.h}`;
    return `${Math.floor(seconds / 86_400)} ${units.d}`;
  };

const roughlyEn = roughlyIn({ s: "s", min: "min", h: "h", d: "d" });
const roughlyZh = roughlyIn({ s: "秒", min: "分钟", h: "小时", d: "天" });

export const words: Readonly<Record<Locale, Words>> = {
  en: {
    roughly: roughlyEn,
    threw: (kind) => `threw ${kind}`,
    threwUnreadable: "threw an error that cannot be read",
    noAnswerWithin: (ms) => `no answer within ${ms} ms`,
    noAnswerFor: (seconds) =>
      `no answer for ${roughlyEn(seconds)}; not asked again before it comes`,
  },
  "zh-CN": {
    roughly: roughlyZh,
    threw: (kind) => `抛出了 ${kind}`,
    threwUnreadable: "抛出了无法读取的错误",
    noAnswerWithin: (ms) => `${ms} 毫秒内没有应答`,
    noAnswerFor: (seconds) => `已有 ${roughlyZh(seconds)}没有应答；应答之前不再询问`,
  },
};
