import { fileURLToPath } from "node:url";

/** The built program of the child, seen from `src` and from `dist` alike. */
export const childProgram = fileURLToPath(new URL("../dist/child.js", import.meta.url));
