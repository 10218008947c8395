import type { Notifier } from "@datasync-monitor/core";
import {
  conformanceCases,
  type Harness,
  type HttpDestination,
  type HttpHarnessOptions,
  httpHarness,
  runCase,
} from "../../src/index.ts";
import { pager } from "./pager.ts";

/** The careful pager, changed. */
export const harnessOf = (
  change: (careful: Notifier, given: HttpDestination) => Notifier,
  options: Partial<HttpHarnessOptions> = {},
): Harness =>
  httpHarness({
    notifier: (given) => change(pager(given.url), given),
    key: "idempotency-key",
    ...options,
  });

/** What an author is told by one case. */
export const toldBy = async (id: string, harness: Harness): Promise<string> => {
  const one = conformanceCases.find((candidate) => candidate.id === id);
  if (one === undefined) throw new Error(`no case of this id: ${id}`);
  try {
    await runCase(one, harness);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "nothing";
};
