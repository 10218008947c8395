import type { Locale, ServiceHealth } from "@datasync-monitor/core";
import { words } from "../words.ts";

/** What the heartbeat says, in one language. */
interface HeartbeatWords {
  readonly well: (service: string, uptimeSeconds: number) => string;
  /** @param others - How many reasons there are besides the first. */
  readonly unwell: (
    service: string,
    status: ServiceHealth,
    first: string,
    others: number,
  ) => string;
  readonly mute: (service: string, reason: string) => string;
}

const healthZh: Readonly<Record<ServiceHealth, string>> = {
  healthy: "运行正常",
  degraded: "状态降级",
  unhealthy: "状态异常",
};

export const heartbeatWords: Readonly<Record<Locale, HeartbeatWords>> = {
  en: {
    well: (service, uptimeSeconds) =>
      `${service} is healthy, up for ${words.en.roughly(uptimeSeconds)}`,
    unwell: (service, status, first, others) =>
      `${service} is ${status}: ${first}${others === 0 ? "" : ` (and ${others} more ${others === 1 ? "reason" : "reasons"})`}`,
    mute: (service, reason) => `${service} runs, but its status cannot be told: ${reason}`,
  },
  "zh-CN": {
    well: (service, uptimeSeconds) =>
      `${service} ${healthZh.healthy}，已运行 ${words["zh-CN"].roughly(uptimeSeconds)}`,
    unwell: (service, status, first, others) =>
      `${service} ${healthZh[status]}：${first}${others === 0 ? "" : `（另有 ${others} 个原因）`}`,
    mute: (service, reason) => `${service} 在运行，但无法得知其状态：${reason}`,
  },
};
