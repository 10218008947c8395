import { deliveryCases } from "./store-delivery-cases.ts";
import type { StoreCase } from "./store-kit.ts";
import { queryCases } from "./store-query-cases.ts";

/** What every event store does. */
export const storeCases: readonly StoreCase[] = [...deliveryCases, ...queryCases];
