import type { ConformanceCase } from "../harness.ts";
import { abortCases } from "./abort.ts";
import { acceptCases } from "./accept.ts";
import { batchCases } from "./batch.ts";
import { deadlineCases } from "./deadline.ts";
import { failureCases } from "./failure.ts";
import { hostileCases } from "./hostile.ts";
import { keyCases } from "./keys.ts";
import { lifeCases } from "./life.ts";
import { monitorCases } from "./monitor.ts";
import { renderCases } from "./render.ts";
import { resumeCases } from "./resume.ts";
import { secretCases } from "./secret.ts";
import { strangerCases } from "./strangers.ts";
import { verifyCases } from "./verify.ts";

/** The six promises of the notifier contract, case by case. Ids are stable and never reused. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...acceptCases,
  ...failureCases,
  ...abortCases,
  ...deadlineCases,
  ...keyCases,
  ...resumeCases,
  ...batchCases,
  ...renderCases,
  ...hostileCases,
  ...secretCases,
  ...strangerCases,
  ...verifyCases,
  ...monitorCases,
  ...lifeCases,
];
