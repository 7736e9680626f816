import { defaultChunk } from "./defaults.ts";
import type { Variant } from "./variant.ts";

/** A variant in a few characters, for people: "chunked(128)", "topK(8)", "linear(elu+1)". */
export function describeVariant(variant: Variant): string {
  switch (variant.kind) {
    case "chunked":
      return `chunked(${variant.chunk ?? defaultChunk})`;
    case "topK":
      return `topK(${variant.k})`;
    case "linear":
      return `linear(${variant.featureMap?.kind ?? "elu+1"})`;
    default:
      return variant.kind;
  }
}
