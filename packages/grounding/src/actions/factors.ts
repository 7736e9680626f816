import { bindShape, type Projection, project, showShape, type Tensor, tensor, toFloat64 } from "@xattn/core";
import type { PairAction } from "./general.ts";
import { type ActionInputs, type ActionSizes, actionSizes } from "./inputs.ts";

/** The learned matrices of a low-rank f, all with r columns. */
export interface ActionFactors {
  /** U [do, r] */
  readonly object: Projection;
  /** V [dw, r] */
  readonly word: Projection;
  /** A [da, r] */
  readonly action: Projection;
}

/** f(o, w, a) = Σ_r (Uo)_r·(Vw)_r·(Aa)_r, one triple at a time: for `actionScores`. */
export function trilinear(factors: ActionFactors): PairAction {
  return (object, word, action) => {
    const [u, v, a] = [apply(factors.object, object), apply(factors.word, word), apply(factors.action, action)];
    return u.reduce((sum, x, r) => sum + x * v[r]! * a[r]!, 0);
  };
}

/** f(o, w, a) = Σ_r ((Uo)_r + (Vw)_r)·(Aa)_r, one triple at a time: for `actionScores`. */
export function additive(factors: ActionFactors): PairAction {
  return (object, word, action) => {
    const [u, v, a] = [apply(factors.object, object), apply(factors.word, word), apply(factors.action, action)];
    return u.reduce((sum, x, r) => sum + (x + v[r]!) * a[r]!, 0);
  };
}

export interface FactoredSizes extends ActionSizes {
  /** r */
  readonly rank: number;
}

/** @throws ShapeError when inputs and factors do not fit each other */
export function factoredSizes(inputs: ActionInputs, { object, word, action }: ActionFactors): FactoredSizes {
  const sizes = actionSizes(inputs);
  const from = (name: "objects" | "words" | "actions") => `${name} ${showShape(inputs[name].shape)}`;
  const { r } = bindShape("object.weight", object.weight, ["do", "r"], { do: sizes.objectWidth }, from("objects"));
  const ofObject = `object.weight ${showShape(object.weight.shape)}`;
  bindShape("word.weight", word.weight, ["dw", "r"], { dw: sizes.wordWidth, r }, `${from("words")} and ${ofObject}`);
  bindShape(
    "action.weight",
    action.weight,
    ["da", "r"],
    { da: sizes.actionWidth, r },
    `${from("actions")} and ${ofObject}`,
  );
  return { ...sizes, rank: r };
}

/** x·W in float64, whatever the element types. */
export function projected(x: Tensor, projection: Projection): Float64Array {
  return project(tensor(x.shape, toFloat64(x)), projection).data;
}

function apply(projection: Projection, row: Float64Array): Float64Array {
  return project(tensor([row.length], row), projection).data;
}
