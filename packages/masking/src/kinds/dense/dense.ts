import { MaskError } from "../../errors/mask-error.ts";
import type { MaskKind } from "../../kind/kind.ts";
import { type Fields, readBoolean, readInteger, readList, readNonEmptyList } from "../../read/values.ts";
import type { MaskSizes } from "../../sizes/sizes.ts";
import { spansWhere } from "../../spans/spans.ts";

export interface DenseMask {
  readonly kind: "dense";
  /** One to four axes that broadcast to [b, h, n, m], aligned at the last. */
  readonly shape: readonly number[];
  /** Row-major; true where the key may be looked at. */
  readonly allowed: readonly boolean[];
}

/**
 * A table of booleans, row-major, with one to four axes that broadcast to [b, h, n, m] by the rule of trailing axes: an
 * axis of size 1 or one that is missing at the front stands for all.
 *
 * @throws {MaskError} when the table has not as many entries as the shape says. Laid over sizes, it also throws when
 * the shape does not broadcast to them.
 */
export function dense(shape: readonly number[], allowed: readonly boolean[]): DenseMask {
  return denseKind.read({ shape, allowed }, "dense");
}

function readDense(fields: Fields, path: string): DenseMask {
  const shape = readNonEmptyList(fields.shape, `${path}.shape`, (axis, axisPath) => readInteger(axis, axisPath, 0));
  if (shape.length > 4) throw new MaskError(`${path}.shape`, shape, "one to four axes");
  const allowed = readList(fields.allowed, `${path}.allowed`, readBoolean);
  const need = shape.reduce((product, axis) => product * axis, 1);
  if (allowed.length !== need) {
    throw new MaskError(`${path}.allowed`, allowed, `a list of ${need} entries, as shape [${shape.join(", ")}] says`);
  }
  return { kind: "dense", shape, allowed };
}

function fourAxes(shape: readonly number[]): readonly [number, number, number, number] {
  const [batch, heads, queries, keys] = [...new Array<number>(4 - shape.length).fill(1), ...shape];
  return [batch!, heads!, queries!, keys!];
}

/** Steps between neighbours of each axis in the flat table; 0 along an axis that is broadcast. */
function strides(shape: readonly number[]): readonly [number, number, number, number] {
  const [batch, heads, queries, keys] = fourAxes(shape);
  const step = (axis: number, inner: number) => (axis === 1 ? 0 : inner);
  return [step(batch, heads * queries * keys), step(heads, queries * keys), step(queries, keys), step(keys, 1)];
}

function checkShape(mask: DenseMask, sizes: MaskSizes): void {
  const whole = [sizes.batch, sizes.heads, sizes.queries, sizes.keys];
  if (fourAxes(mask.shape).some((axis, at) => axis !== 1 && axis !== whole[at])) {
    throw new MaskError("dense.shape", mask.shape, `a shape that broadcasts to [${whole.join(", ")}]`);
  }
}

export const denseKind: MaskKind<DenseMask> = {
  kind: "dense",
  fields: ["shape", "allowed"],
  scattered: true,
  read: readDense,
  print: (mask) => `dense(${mask.shape.join("×")})`,
  constant: ({ allowed }) => {
    const first = allowed[0];
    return first !== undefined && allowed.every((entry) => entry === first) ? first : undefined;
  },
  dependsOn: ({ shape }) => ({ batch: fourAxes(shape)[0] !== 1, head: fourAxes(shape)[1] !== 1 }),
  check: checkShape,
  evaluate: ({ shape, allowed }, { batch, head, query, key }) => {
    const place = [batch, head, query, key];
    const flat = fourAxes(shape).reduce((index, axis, at) => index * axis + (axis === 1 ? 0 : place[at]!), 0);
    return allowed[flat]!;
  },
  bind: ({ shape, allowed }) => {
    const [perBatch, perHead, perQuery, perKey] = strides(shape);
    const row = (batch: number, head: number, query: number) => batch * perBatch + head * perHead + query * perQuery;
    return {
      allows: (batch, head, query, key) => allowed[row(batch, head, query) + key * perKey]!,
      cover: (batch, head, { queryFrom, queryTo, keyFrom, keyTo }) => {
        const first = allowed[row(batch, head, queryFrom) + keyFrom * perKey];
        const lastQuery = perQuery === 0 ? queryFrom + 1 : queryTo;
        const lastKey = perKey === 0 ? keyFrom + 1 : keyTo;
        for (let query = queryFrom; query < lastQuery; query++) {
          const start = row(batch, head, query);
          for (let key = keyFrom; key < lastKey; key++) if (allowed[start + key * perKey] !== first) return "partial";
        }
        return first ? "full" : "empty";
      },
      spans: (batch, head, query, from, to) => {
        const start = row(batch, head, query);
        return spansWhere(from, to, (key) => allowed[start + key * perKey]!);
      },
    };
  },
};
