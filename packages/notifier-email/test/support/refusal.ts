import { ConfigError } from "@datasync-monitor/core";
import { type EmailOptions, email } from "../../src/index.ts";
import { addresses } from "./workbench.ts";

export const base: EmailOptions = { ...addresses, url: "smtps://mail.example.com" };

/** What the factory throws for these options. */
export const refusal = (options: Partial<Record<keyof EmailOptions, unknown>>): ConfigError => {
  try {
    email({ ...base, ...options } as EmailOptions);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  throw new Error("The options were taken.");
};
