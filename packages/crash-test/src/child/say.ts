import { writeSync } from "node:fs";
import { encode, type Line } from "../lines.ts";

const pipe = 3;

/** Tells the parent before anything else happens. */
export const say = (line: Line): void => {
  const bytes = Buffer.from(encode(line));
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(pipe, bytes, from);
    } catch (error) {
      // The parent reads slower than we write: nothing may be left out.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
};
