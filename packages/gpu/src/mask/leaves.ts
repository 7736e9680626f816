import type { LeafMask, MaskSizes } from "@xattn/masking";
import { far, type Tables } from "../wgsl/tables.ts";
import { type Alignment, offsetsOf, perEntry } from "./offsets.ts";

type Leaf<Kind extends LeafMask["kind"]> = Extract<LeafMask, { kind: Kind }>;

/** How a kind of mask is said in WGSL: true where query `i` of head `h` of batch entry `b` may look at key `j`. */
type Emitter<Kind extends LeafMask["kind"]> = (mask: Leaf<Kind>, sizes: MaskSizes, tables: Tables) => string;

const emitters: { readonly [Kind in LeafMask["kind"]]: Emitter<Kind> } = {
  all: () => "true",
  none: () => "false",
  causal: ({ alignment }, sizes, tables) => band(Number.POSITIVE_INFINITY, 0, alignment, sizes, tables),
  window: ({ left, right, alignment }, sizes, tables) =>
    band(left ?? Number.POSITIVE_INFINITY, right ?? Number.POSITIVE_INFINITY, alignment, sizes, tables),
  prefix: ({ length }, sizes, tables) => {
    const lengths = perEntry(sizes.batch, (entry) => (typeof length === "number" ? length : length[entry]!));
    return `i32(j) < ${tables.integers(lengths.values)(lengths.index)}`;
  },
  document: ({ queries, keys }, sizes, tables) => {
    const numbers = new Map<number, number>();
    const numberOf = (id: number) => {
      const known = numbers.get(id) ?? numbers.size;
      numbers.set(id, known);
      return known;
    };
    const side = (ids: typeof queries, axis: number, position: string) => {
      const shared = typeof ids[0] === "number";
      const all = (shared ? [ids as readonly number[]] : (ids as readonly (readonly number[])[])).flat();
      const length = tables.integers([axis])("0u");
      return tables.integers(all.map(numberOf))(shared ? position : `b * u32(${length}) + ${position}`);
    };
    return `${side(queries, sizes.queries, "i")} == ${side(keys, sizes.keys, "j")}`;
  },
  block: ({ pattern, queryBlock, keyBlock }, _sizes, tables) => {
    const columns = pattern[0]!.length;
    const size = tables.integers([queryBlock, keyBlock, columns]);
    const row = `(i32(i) / ${size("0u")})`;
    const column = `(i32(j) / ${size("1u")})`;
    const allowed = tables.bits(pattern.length * columns, (at) => pattern[Math.floor(at / columns)]![at % columns]!);
    return allowed(`u32(${row} * ${size("2u")} + ${column})`);
  },
  strided: ({ stride, alignment }, sizes, tables) => {
    // A stride beyond all distances meets one distance at most: that of the offset itself.
    const offsets = offsetsOf(alignment, sizes);
    const rests = tables.integers(offsets.values.map((offset) => restNearZero(offset, stride)));
    const step = tables.integers([Math.min(stride, far)])("0u");
    return `(i32(j) - i32(i) - ${rests(offsets.index)}) % ${step} == 0`;
  },
  global: ({ queries, keys }, sizes, tables) => {
    const listed = (indices: readonly number[], axis: number) => {
      const set = new Set(indices);
      return tables.bits(axis, (at) => set.has(at));
    };
    return `${listed(queries, sizes.queries)("i")} || ${listed(keys, sizes.keys)("j")}`;
  },
  padding: ({ keys, queries }, _sizes, tables) => {
    const below = (position: string, lengths: readonly number[] | undefined) =>
      lengths === undefined ? [] : [`i32(${position}) < ${tables.integers(lengths)("b")}`];
    return [...below("j", keys), ...below("i", queries)].join(" && ") || "true";
  },
  dense: ({ shape, allowed }, _sizes, tables) => {
    const steps = stepsOf(shape);
    const step = tables.integers(steps);
    const index = ["b", "h", "i", "j"].map((place, axis) => `${place} * u32(${step(`${axis}u`)})`).join(" + ");
    return tables.bits(allowed.length, (at) => allowed[at]!)(index);
  },
};

/** One kind of mask that is not made of others, as a WGSL condition over `b`, `h`, `i`, `j` (u32). */
export function leafCondition(mask: LeafMask, sizes: MaskSizes, tables: Tables): string {
  const emit = emitters[mask.kind] as Emitter<LeafMask["kind"]>;
  return emit(mask, sizes, tables);
}

/** −left ≤ j − position(i) ≤ right, with the bounds on j − i summed up here, where numbers are large enough. */
function band(left: number, right: number, alignment: Alignment, sizes: MaskSizes, tables: Tables): string {
  const offsets = offsetsOf(alignment, sizes);
  const bound = (side: number) => tables.integers(offsets.values.map((offset) => offset + side))(offsets.index);
  const conditions = [
    ...(left === Number.POSITIVE_INFINITY ? [] : [`i32(j) - i32(i) >= ${bound(-left)}`]),
    ...(right === Number.POSITIVE_INFINITY ? [] : [`i32(j) - i32(i) <= ${bound(right)}`]),
  ];
  return conditions.join(" && ") || "true";
}

/** The offset's rest by the stride, from −stride/2 to stride/2. */
function restNearZero(offset: number, stride: number): number {
  const rest = offset % stride;
  const near = rest > stride / 2 ? rest - stride : rest < -stride / 2 ? rest + stride : rest;
  return Math.max(-far / 2, Math.min(far / 2, near));
}

/** Steps in a flat table along b, h, i, j; 0 along an axis that is broadcast. */
function stepsOf(shape: readonly number[]): readonly number[] {
  const axes = [...new Array<number>(4 - shape.length).fill(1), ...shape];
  let step = axes.reduce((product, axis) => product * axis, 1);
  return axes.map((axis) => {
    step /= Math.max(1, axis);
    return axis === 1 ? 0 : step;
  });
}
