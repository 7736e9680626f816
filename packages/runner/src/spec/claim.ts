import type { AlwaysClaim } from "../claim/always.ts";
import type { BoundClaim } from "../claim/bound.ts";
import type { ExponentsClaim } from "../claim/exponents.ts";
import type { RateClaim } from "../claim/rate.ts";
import type { TermsClaim } from "../claim/terms.ts";

export type ClaimSpec<Axis extends string = string, Field extends string = string, FitName extends string = string> =
  | AlwaysClaim
  | BoundClaim<Field>
  | ExponentsClaim<Axis, FitName>
  | RateClaim
  | TermsClaim<Axis, FitName>;
