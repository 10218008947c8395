export { feishu } from "./feishu.ts";
export type { FeishuCardSchema, FeishuFormat } from "./format.ts";
export type { FeishuOptions } from "./options.ts";
