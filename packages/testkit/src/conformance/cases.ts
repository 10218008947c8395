import type { ConformanceCase } from "../harness.ts";
import { abortCases } from "./abort.ts";
import { acceptCases } from "./accept.ts";
import { batchCases } from "./batch.ts";
import { failureCases } from "./failure.ts";
import { hostileCases } from "./hostile.ts";
import { lifeCases } from "./life.ts";
import { secretCases } from "./secret.ts";
import { verifyCases } from "./verify.ts";

/** The six promises of the notifier contract, case by case. Ids are stable and never reused. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...acceptCases,
  ...failureCases,
  ...abortCases,
  ...batchCases,
  ...hostileCases,
  ...secretCases,
  ...verifyCases,
  ...lifeCases,
];
