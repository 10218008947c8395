export { consoleNotifier } from "./console.ts";
export type { ConsoleOptions, ConsoleStream } from "./options.ts";
