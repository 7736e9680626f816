import { type Workload, workloads } from "@xattn/core";
import { causal, type Mask } from "@xattn/masking";

/** The sizes of one attention, for one batch entry. */
export interface AttentionShape {
  /** Query heads. */
  readonly heads: number;
  /** Key-value heads; each serves `heads / keyHeads` query heads. */
  readonly keyHeads: number;
  /** Queries. */
  readonly n: number;
  /** Keys. */
  readonly m: number;
  /** Width of queries and keys of one head. */
  readonly d: number;
  /** Width of values of one head. */
  readonly e: number;
  /** Which keys a query may look at; all when absent. */
  readonly mask?: Mask;
}

/** Four sizes from a few words to a long sequence, in the order in which they cost more. */
const plainShapes: Readonly<Record<string, AttentionShape>> = {
  S1: { heads: 8, keyHeads: 8, n: 100, m: 20, d: 64, e: 64 },
  S2: { heads: 12, keyHeads: 12, n: 576, m: 77, d: 64, e: 64 },
  S3: { heads: 8, keyHeads: 8, n: 1024, m: 1024, d: 64, e: 64 },
  S4: { heads: 1, keyHeads: 1, n: 4096, m: 4096, d: 64, e: 64 },
  /** Squares for software adapters, which take a second for what a processor does in a millisecond. */
  square: { heads: 8, keyHeads: 8, n: 256, m: 256, d: 64, e: 64 },
  "causal-512": { heads: 8, keyHeads: 8, n: 512, m: 512, d: 64, e: 64, mask: causal() },
  /** One new token against a cache: four query heads share a key-value head. */
  decode: { heads: 32, keyHeads: 8, n: 1, m: 4096, d: 64, e: 64 },
};

/** Names that `shapeOf` knows: S1 to S4, square, causal-512, decode, and the workloads of `@xattn/core`. */
export const shapeNames: readonly string[] = [...Object.keys(plainShapes), ...workloads.map(({ name }) => name)];

/** @throws RangeError when no shape has that name */
export function shapeOf(name: string): AttentionShape {
  const plain = plainShapes[name];
  if (plain) return plain;
  const workload = (workloads as readonly Workload[]).find((candidate) => candidate.name === name);
  if (!workload) throw new RangeError(`shape: "${name}" is not one of ${shapeNames.join(", ")}`);
  const { heads, keyHeads, n, m, d, e, mask } = workload;
  return { heads, keyHeads, n, m, d, e, ...(mask ? { mask } : {}) };
}
