export { feishu } from "./feishu.ts";
export type { FeishuFormat, FeishuOptions } from "./options.ts";
