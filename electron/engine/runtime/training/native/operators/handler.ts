/**
 * @file What puts an operation into a plan.
 */
import type { Operation } from "../operation.ts";
import type { Plan } from "../plan.ts";

/** False: this form of the operator has no kernel here, and nothing was done. */
export type Handler = (plan: Plan, operation: Operation) => boolean;
