export { email } from "./email.ts";
export type { EmailOptions } from "./options.ts";
