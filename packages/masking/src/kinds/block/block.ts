import { MaskError } from "../../errors/mask-error.ts";
import { coverage, INDEPENDENT, type MaskKind } from "../../kind/kind.ts";
import { type Fields, readBoolean, readInteger, readTable } from "../../read/values.ts";
import { clipSpans, type Spans, spansWhere } from "../../spans/spans.ts";

export interface BlockMask {
  readonly kind: "block";
  /** Queries in a block; the last one may be cut off. */
  readonly queryBlock: number;
  /** Keys in a block; the last one may be cut off. */
  readonly keyBlock: number;
  /** [⌈n / queryBlock⌉][⌈m / keyBlock⌉] */
  readonly pattern: readonly (readonly boolean[])[];
}

/**
 * Block-sparse attention: query i may look at key j when pattern[⌊i / queryBlock⌋][⌊j / keyBlock⌋] (Child et al. 2019;
 * Zaheer et al. 2020).
 *
 * @throws {MaskError} when the pattern is not a table of booleans or a block size is not positive. Laid over sizes, it
 * also throws when the pattern has not exactly one row and column for each block.
 */
export function block(
  pattern: readonly (readonly boolean[])[],
  blockSizes: number | { readonly queries: number; readonly keys: number },
): BlockMask {
  const { queries, keys } = typeof blockSizes === "object" ? blockSizes : { queries: blockSizes, keys: blockSizes };
  return blockKind.read({ pattern, queryBlock: queries, keyBlock: keys }, "block");
}

function readBlock(fields: Fields, path: string): BlockMask {
  return {
    kind: "block",
    queryBlock: readInteger(fields.queryBlock, `${path}.queryBlock`, 1),
    keyBlock: readInteger(fields.keyBlock, `${path}.keyBlock`, 1),
    pattern: readTable(fields.pattern, `${path}.pattern`, readBoolean),
  };
}

function checkBlocks(blocks: number, block: number, axis: number, name: string, path: string): void {
  const need = Math.ceil(axis / block);
  if (blocks !== need) throw new MaskError(path, blocks, `${need}, the blocks of ${block} that cover ${axis} ${name}`);
}

export const blockKind: MaskKind<BlockMask> = {
  kind: "block",
  fields: ["queryBlock", "keyBlock", "pattern"],
  scattered: false,
  read: readBlock,
  print: (mask) => `block(${mask.pattern.length}×${mask.pattern[0]!.length} of ${mask.queryBlock}×${mask.keyBlock})`,
  constant: ({ pattern }) => {
    const first = pattern[0]![0]!;
    return pattern.every((row) => row.every((allowed) => allowed === first)) ? first : undefined;
  },
  dependsOn: () => INDEPENDENT,
  check: (mask, sizes) => {
    checkBlocks(mask.pattern.length, mask.queryBlock, sizes.queries, "queries", "block.pattern.length");
    checkBlocks(mask.pattern[0]!.length, mask.keyBlock, sizes.keys, "keys", "block.pattern[0].length");
  },
  evaluate: ({ pattern, queryBlock, keyBlock }, { query, key }) =>
    pattern[Math.floor(query / queryBlock)]![Math.floor(key / keyBlock)]!,
  bind: ({ pattern, queryBlock, keyBlock }) => {
    const rows: readonly Spans[] = pattern.map((row) =>
      spansWhere(0, row.length, (at) => row[at]!).map((edge) => edge * keyBlock),
    );
    return {
      allows: (_batch, _head, query, key) => pattern[Math.floor(query / queryBlock)]![Math.floor(key / keyBlock)]!,
      cover: (_batch, _head, { queryFrom, queryTo, keyFrom, keyTo }) => {
        let allowed = 0;
        let whole = 0;
        for (let row = Math.floor(queryFrom / queryBlock); row * queryBlock < queryTo; row++) {
          for (let column = Math.floor(keyFrom / keyBlock); column * keyBlock < keyTo; column++) {
            whole++;
            if (pattern[row]![column]) allowed++;
          }
        }
        return coverage(allowed, whole);
      },
      spans: (_batch, _head, query, from, to) => clipSpans(rows[Math.floor(query / queryBlock)]!, from, to),
    };
  },
};
