import { type Change, mapInputs } from "./inputs.ts";

/** A modality that fades: (1 − budget)·x, nothing at 1. */
export const missing: Change = (inputs, budget) => mapInputs(inputs, (value) => (1 - budget) * value);
