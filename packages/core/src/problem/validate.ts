import { ArgumentError, ShapeError } from "../errors/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastSteps } from "./broadcast.ts";
import type { AttentionProblem } from "./problem.ts";
import type { ProblemSizes } from "./sizes.ts";
import type { Variant } from "./variant.ts";

/**
 * Checks that a problem is sound and reads its sizes off its tensors.
 *
 * @throws ShapeError naming the argument, the shape it has and the shape it needs
 * @throws ArgumentError when a number is outside what the formula is defined for
 */
export function validateProblem(problem: AttentionProblem): ProblemSizes {
  const { query, key, value, past } = problem;
  needAxes("query", query, "[b, h, n, d]");
  needAxes("key", key, "[b, g, m, d]");
  needAxes("value", value, "[b, g, m, e]");
  const [batch, heads, n, d] = query.shape as readonly [number, number, number, number];
  const [keyBatch, keyHeads, newKeys, keyWidth] = key.shape as readonly [number, number, number, number];
  const e = value.shape[3]!;
  if (d === 0 && problem.scale === undefined) {
    throw new ShapeError(`query: shape ${show(query.shape)} does not fit: needs d ≥ 1, or a scale, since 1/√0 is none`);
  }
  // Texts are made when something does not fit: calls on small problems take microseconds.
  const ofQuery = () => `of query ${show(query.shape)}`;
  if (keyBatch !== batch || keyWidth !== d) {
    const wrong = [keyBatch !== batch && "b", keyWidth !== d && "d"].filter(Boolean).join(" and ");
    throw misfit("key", key, "[b, g, m, d]", `[${batch}, g, m, ${d}], with ${wrong} ${ofQuery()}`);
  }
  if (keyHeads === 0 ? heads !== 0 : heads % keyHeads !== 0) {
    throw misfit("key", key, "[b, g, m, d]", `h = ${heads} ${ofQuery()} to be a multiple of g, which is ${keyHeads}`);
  }
  needShape("value", value, "[b, g, m, e]", [batch, keyHeads, newKeys, "e"], () => `key ${show(key.shape)}`);
  let m = newKeys;
  if (past) {
    const source = () => `key ${show(key.shape)} and value ${show(value.shape)}`;
    needAxes("past.key", past.key, "[b, g, p, d]");
    needShape("past.key", past.key, "[b, g, p, d]", [batch, keyHeads, "p", d], source);
    const p = past.key.shape[2]!;
    needAxes("past.value", past.value, "[b, g, p, e]");
    needShape(
      "past.value",
      past.value,
      "[b, g, p, e]",
      [batch, keyHeads, p, e],
      () => `${source()}, and p of past.key`,
    );
    m += p;
  }
  if (problem.bias && !broadcastSteps(problem.bias.shape, [batch, heads, n, m])) {
    throw misfit("bias", problem.bias, "to broadcast to [b, h, n, m]", show([batch, heads, n, m]));
  }
  if (problem.sinks) needShape("sinks", problem.sinks, "[h]", [heads], () => `query ${show(query.shape)}`);
  if (problem.scale !== undefined && !Number.isFinite(problem.scale)) {
    throw new ArgumentError(`scale: ${problem.scale} is not a finite number`);
  }
  validateVariant(problem.variant ?? { kind: "standard" });
  return { batch, heads, keyHeads, n, m, d, e };
}

function validateVariant(variant: Variant): void {
  if (variant.kind === "chunked" && variant.chunk !== undefined) needPositiveInteger("variant.chunk", variant.chunk);
  if (variant.kind === "topK") needPositiveInteger("variant.k", variant.k);
}

function needPositiveInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ArgumentError(`${name}: ${value} is not one of 1, 2, 3, …`);
  }
}

function needAxes(name: string, { shape }: Tensor, letters: string): void {
  if (shape.length !== 4) {
    throw new ShapeError(`${name}: shape ${show(shape)} does not fit: needs the 4 axes ${letters}`);
  }
}

function needShape(
  name: string,
  tensor: Tensor,
  letters: string,
  needed: readonly (number | string)[],
  source: () => string,
): void {
  const fits =
    tensor.shape.length === needed.length &&
    needed.every((axis, index) => typeof axis === "string" || axis === tensor.shape[index]);
  if (!fits) throw misfit(name, tensor, letters, `${show(needed)}, after ${source()}`);
}

function misfit(name: string, { shape }: Tensor, letters: string, needed: string): ShapeError {
  return new ShapeError(`${name}: shape ${show(shape)} does not fit: needs ${letters} = ${needed}`);
}

function show(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
