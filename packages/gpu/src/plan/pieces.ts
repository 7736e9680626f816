import type { ProblemSizes } from "@xattn/core";
import type { GpuLimits } from "../device/limits.ts";
import { LimitError } from "../errors/errors.ts";

type Span = readonly [number, number];

/** Some batch entries and key-value heads, with the query heads that read them and all their queries. */
export interface Piece {
  readonly batch: Span;
  readonly keyHeads: Span;
  readonly heads: Span;
  readonly queries: Span;
}

/** Bytes of a buffer of a piece with so many batch entries and key-value heads, by name. */
export type PieceBytes = (batch: number, keyHeads: number) => Readonly<Record<string, number>>;

/**
 * All rows at once, or batch entries and heads in as large pieces as the device's bindings hold.
 *
 * @throws LimitError naming the buffer of one head that no binding holds
 */
export function choosePieces(
  { batch, heads, keyHeads, n }: ProblemSizes,
  limits: GpuLimits,
  bytes: PieceBytes,
  batchMost = Number.POSITIVE_INFINITY,
): readonly Piece[] {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  let [entries, some] = [Math.min(batch, batchMost), keyHeads];
  for (;;) {
    const large = Object.entries(bytes(entries, some)).find(([, need]) => need > most);
    if (!large && entries * some * group <= limits.maxComputeWorkgroupsPerDimension) break;
    if (entries > 1) entries = Math.ceil(entries / 2);
    else if (some > 1) some = Math.ceil(some / 2);
    else throw new LimitError(`${large?.[0]}: one head needs ${large?.[1]} bytes, and the device allows ${most}`);
  }
  return spans(batch, entries).flatMap((ofBatch) =>
    spans(keyHeads, some).map((ofHeads) => ({
      batch: ofBatch,
      keyHeads: ofHeads,
      heads: [ofHeads[0] * group, ofHeads[1] * group] as const,
      queries: [0, n] as const,
    })),
  );
}

function spans(length: number, step: number): readonly Span[] {
  const count = step === 0 ? 0 : Math.ceil(length / step);
  return Array.from({ length: count }, (_, at) => [at * step, Math.min(length, (at + 1) * step)] as const);
}
