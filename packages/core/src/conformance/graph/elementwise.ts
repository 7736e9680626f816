import type { Numbers } from "../case.ts";
import { roundTo } from "../tensors.ts";
import { typeNames } from "../types.ts";
import { broadcastShape, spread } from "./broadcast.ts";
import type { Operator } from "./operator.ts";

const isFloat = (type: string) => type.includes("float");

/** Rounds to the element type: floats to nearest, integers as they are, truth to 0 or 1. */
export function rounded(type: string, dims: readonly number[], data: Float64Array): Numbers {
  return { type, dims, data: isFloat(type) ? roundTo(data, type) : data };
}

function map(apply: (x: number) => number): Operator {
  return ([x]) => rounded(x!.type, x!.dims, x!.data.map(apply));
}

/** Operators of any number of inputs that broadcast together, taken two at a time from the left. */
function fold(apply: (x: number, y: number, type: string) => number, truth = false): Operator {
  return (inputs) => {
    const given = inputs.map((input) => input!);
    const dims = broadcastShape(given.map((input) => input.dims));
    const type = given[0]!.type;
    const data = given
      .map((input) => spread(input, dims))
      .reduce((left, right) => left.map((x, index) => Number(apply(x, right[index]!, type))));
    return rounded(truth ? "bool" : type, dims, data);
  };
}

const compare = (apply: (x: number, y: number) => boolean) => fold((x, y) => Number(apply(x, y)), true);

function divide(x: number, y: number, type: string): number {
  return isFloat(type) ? x / y : Math.trunc(x / y);
}

/** The sign of the divisor, as integers have it; `fmod` gives that of the dividend. */
function modulo(fmod: boolean): Operator {
  return fold((x, y) => (fmod ? x % y : x - y * Math.floor(x / y)));
}

const where: Operator = ([condition, x, y]) => {
  const dims = broadcastShape([condition!.dims, x!.dims, y!.dims]);
  const [chosen, yes, no] = [condition!, x!, y!].map((input) => spread(input, dims));
  return { type: x!.type, dims, data: chosen!.map((truth, index) => (truth ? yes![index]! : no![index]!)) };
};

const clip: Operator = ([x, low, high]) => {
  const [least, most] = [low?.data[0] ?? Number.NEGATIVE_INFINITY, high?.data[0] ?? Number.POSITIVE_INFINITY];
  return { ...x!, data: x!.data.map((value) => Math.min(most, Math.max(least, value))) };
};

function cast(source: Numbers, type: string): Numbers {
  if (type === "bool") return { ...source, type, data: source.data.map((value) => Number(value !== 0)) };
  return rounded(type, source.dims, isFloat(type) ? source.data : source.data.map(Math.trunc));
}

const castTo: Operator = ([x], { to }) => {
  const type = typeNames[Number(to)];
  if (!type) throw new Error(`graph: Cast to type ${String(to)} is not interpreted`);
  return cast(x!, type);
};

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

export const elementwise: Readonly<Record<string, Operator>> = {
  Abs: map(Math.abs),
  Add: fold((x, y) => x + y),
  And: compare((x, y) => Boolean(x && y)),
  Cast: castTo,
  CastLike: ([x, like]) => cast(x!, like!.type),
  Ceil: map(Math.ceil),
  Clip: clip,
  Cos: map(Math.cos),
  Div: fold(divide),
  Equal: compare((x, y) => x === y),
  Exp: map(Math.exp),
  Floor: map(Math.floor),
  Greater: compare((x, y) => x > y),
  GreaterOrEqual: compare((x, y) => x >= y),
  Identity: ([x]) => x!,
  Less: compare((x, y) => x < y),
  LessOrEqual: compare((x, y) => x <= y),
  Log: map(Math.log),
  Max: fold((x, y) => Math.max(x, y)),
  Min: fold((x, y) => Math.min(x, y)),
  Mod: (inputs, attrs) => modulo(attrs.fmod === 1)(inputs, attrs),
  Mul: fold((x, y) => x * y),
  Neg: map((x) => -x),
  Not: map((x) => Number(!x)),
  Or: compare((x, y) => Boolean(x || y)),
  Pow: fold((x, y) => x ** y),
  Reciprocal: map((x) => 1 / x),
  Relu: map((x) => Math.max(0, x)),
  Round: map(roundHalfToEven),
  Sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  Sign: map(Math.sign),
  Sin: map(Math.sin),
  Softplus: map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Sqrt: map(Math.sqrt),
  Sub: fold((x, y) => x - y),
  Sum: fold((x, y) => x + y),
  Tanh: map(Math.tanh),
  Where: where,
  Xor: compare((x, y) => Boolean(x) !== Boolean(y)),
};
