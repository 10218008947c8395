export type { PagerOptions } from "./options.ts";
export { pager } from "./pager.ts";
