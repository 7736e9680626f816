import fc from "fast-check";
import { expect } from "vitest";
import type { Random } from "../../random/random.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { inner, largest, measuredTangent, tolerance } from "./differences.ts";
import { normal } from "./normal.ts";

/** Inputs, results, or tangents or gradients of them, by name. */
export type Named = Readonly<Record<string, Tensor<"float64">>>;

/** A differentiable function at one point, with its two derivatives there. */
export interface Form {
  readonly inputs: Named;
  forward(inputs: Named): Named;
  vjp(cotangents: Named): Named;
  jvp(tangents: Named): Named;
  /** Which piece of a piecewise smooth function a point lies on. */
  piece?(inputs: Named, results: Named): string;
}

/** Holds the forward derivative, and the gradient by each input, to central differences. */
export function expectDerivatives(form: Form, random: Random): void {
  const results = form.forward(form.inputs);
  const size = largest(flat(results).filter(Number.isFinite));
  const measuredAlong = (direction: Named) => {
    const measured = measuredTangent((step) => {
      const inputs = mapNamed(form.inputs, ({ shape, data }, name) =>
        tensor(
          shape,
          data.map((x, index) => x + step * direction[name]!.data[index]!),
        ),
      );
      const moved = form.forward(inputs);
      return { results: flat(moved), piece: form.piece?.(inputs, moved) ?? "" };
    });
    fc.pre(measured.reliable);
    return measured.tangent;
  };

  const direction = normalLike(form.inputs, random);
  const expected = measuredAlong(direction);
  const tangents = form.jvp(direction);
  expect(shapesOf(tangents)).toEqual(shapesOf(results));
  const error = largest(flat(tangents).map((value, index) => value - expected[index]!));
  expect(error).toBeLessThanOrEqual(tolerance(largest(expected), size));

  const cotangents = normalLike(results, random);
  const gradients = form.vjp(cotangents);
  expect(shapesOf(gradients)).toEqual(shapesOf(form.inputs));
  for (const name of Object.keys(form.inputs)) {
    const along = mapNamed(direction, (moving, other) => (other === name ? moving : zeros(moving.shape, "float64")));
    const moves = inner(flat(cotangents), measuredAlong(along));
    const actual = inner(gradients[name]!.data, along[name]!.data);
    const allowed = tolerance(moves.size, size * expected.length);
    expect(Math.abs(actual.sum - moves.sum), name).toBeLessThanOrEqual(allowed);
  }
}

/** ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩ to 1e-12 of the sizes of the products. */
export function expectAdjoint(form: Form, random: Random): void {
  const direction = normalLike(form.inputs, random);
  const cotangents = normalLike(form.forward(form.inputs), random);
  const forwards = inner(flat(cotangents), flat(form.jvp(direction)));
  const gradients = form.vjp(cotangents);
  const backwards = inner(flat(mapNamed(direction, (_, name) => gradients[name]!)), flat(direction));
  const scale = Math.max(forwards.size, backwards.size);
  expect(Math.abs(forwards.sum - backwards.sum)).toBeLessThanOrEqual(1e-12 * scale);
}

/** The elements of all, one after the other in the order of their names. */
export function flat(named: Named): number[] {
  return Object.keys(named)
    .sort()
    .flatMap((name) => [...named[name]!.data]);
}

function mapNamed(named: Named, map: (source: Tensor<"float64">, name: string) => Tensor<"float64">): Named {
  return Object.fromEntries(Object.entries(named).map(([name, source]) => [name, map(source, name)]));
}

function normalLike(named: Named, random: Random): Named {
  return mapNamed(named, ({ shape }) => normal(random, shape));
}

function shapesOf(named: Named): unknown {
  return Object.fromEntries(Object.entries(named).map(([name, { shape }]) => [name, shape]));
}
