export type { Alignment, Mask, ScoreModifier } from "./mask.ts";
