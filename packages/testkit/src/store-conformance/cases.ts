import { acceptCases } from "./accept.ts";
import { aggregateCases } from "./aggregates.ts";
import { claimCases } from "./claims.ts";
import type { StoreCase } from "./harness.ts";
import { hostileCases } from "./hostile.ts";
import { lastingCases } from "./lasting.ts";
import { lifeCases } from "./life.ts";
import { moveCases } from "./moves.ts";
import { outcomeCases } from "./outcomes.ts";
import { pruneCases } from "./prune.ts";
import { queryCases } from "./queries.ts";
import { sharedCases } from "./shared.ts";

/** The promises of the store contract, case by case. Ids are stable and never reused. */
export const storeCases: readonly StoreCase[] = [
  ...acceptCases,
  ...outcomeCases,
  ...claimCases,
  ...moveCases,
  ...queryCases,
  ...aggregateCases,
  ...pruneCases,
  ...hostileCases,
  ...lastingCases,
  ...sharedCases,
  ...lifeCases,
];
