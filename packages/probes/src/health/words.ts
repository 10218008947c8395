import type { Locale } from "@datasync-monitor/core";

/** What the health checks say, in one language. */
interface HealthWords {
  readonly allPass: (total: number) => string;
  /** @param named - The gravest, each with what it says. */
  readonly someFail: (total: number, failed: number, named: readonly string[]) => string;
  /** Of a check that says nothing more. */
  readonly failed: string;
  readonly answeredFalse: string;
  readonly answeredNonsense: (kind: string) => string;
}

const rule = "{ level, message }";

export const healthWords: Readonly<Record<Locale, HealthWords>> = {
  en: {
    allPass: (total) => (total === 1 ? "The only check passes" : `All ${total} checks pass`),
    someFail: (total, failed, named) => {
      const count = `${failed} of ${total} checks ${failed === 1 ? "fails" : "fail"}`;
      const left = failed - named.length;
      return [
        total === 1 ? "The only check fails" : count,
        ...named,
        ...(left > 0 ? [`and ${left} more`] : []),
      ].join("; ");
    },
    failed: "failed",
    answeredFalse: "answered false",
    answeredNonsense: (kind) =>
      `answered ${kind} without a level: return nothing, true, false, or ${rule}`,
  },
  "zh-CN": {
    allPass: (total) => `${total} 项检查全部通过`,
    someFail: (total, failed, named) => {
      const left = failed - named.length;
      return [
        `${total} 项检查中 ${failed} 项未通过`,
        ...named,
        ...(left > 0 ? [`另有 ${left} 项`] : []),
      ].join("；");
    },
    failed: "未通过",
    answeredFalse: "返回了 false",
    answeredNonsense: (kind) => `返回了 ${kind}，没有 level：请返回空、true、false 或 ${rule}`,
  },
};
