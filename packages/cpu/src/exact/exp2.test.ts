import { describe, expect, it } from "vitest";
import type { Code } from "../assembler/code.ts";
import { defineFunction, repeatBelow } from "../assembler/function.ts";
import { f32, f32x4, i32, v128 } from "../assembler/instructions.ts";
import { instantiate } from "../assembler/testing/instantiate.ts";
import { runs } from "../engine/choose.ts";
import { type Engine, engines } from "../engine/engine.ts";
import { type Exp2Locals, exp2, exp2Constants, exp2MinusOne } from "../exact/exp2.ts";

type Form = (engine: Engine, constants: readonly Code[], locals: Exp2Locals) => Code;

/** Applies a form of 2^x to numbers, four at a time, as often as needed. */
function applied(engine: Engine, form: Form): (values: ArrayLike<number>) => Float32Array {
  const capacity = 60000;
  const evaluate = defineFunction(
    "evaluate",
    ["i32", "i32"],
    (scope, at, end) => {
      const locals = { x: scope.v128(), t: scope.v128(), p: scope.v128() };
      const constants = exp2Constants.map((constant) => f32x4.splat(f32.const(constant)));
      return repeatBelow(at!, end!, [
        locals.x.set(v128.load(at!.get)),
        form(engine, constants, locals),
        v128.store(at!.get, locals.p.get),
        at!.set(i32.add(at!.get, i32.const(16))),
      ]);
    },
    { exported: true },
  );
  const module = instantiate([evaluate], engine);
  return (values) => {
    const result = new Float32Array(values.length);
    for (let start = 0; start < values.length; start += capacity) {
      const part = Array.prototype.slice.call(values, start, start + capacity) as number[];
      module.float32.set(part);
      module.call("evaluate", 0, 16 * Math.ceil(part.length / 4));
      result.set(module.float32.subarray(0, part.length), start);
    }
    return result;
  };
}

/** Numbers from `low` to `high`, their spacing no multiple of a power of 2. */
function samples(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count + 1 }, (_, index) => low + ((high - low) * index) / count);
}

/** Largest |actual − expected| / |expected|; an expected 0 must be met. */
function worst(actual: ArrayLike<number>, expected: (index: number) => number): number {
  let most = 0;
  for (let index = 0; index < actual.length; index += 1) {
    const wanted = expected(index);
    const error = actual[index] === wanted ? 0 : Math.abs(actual[index]! / wanted - 1);
    if (!(error <= most)) most = error;
  }
  return most;
}

const here = engines.filter((engine) => runs(engine, false));

describe.each(here)("2^x, $name kernels", (engine) => {
  const power = applied(engine, exp2);

  it("is within 1.8·10⁻⁷ from −126 to 127, or 1.9·10⁻⁷ where products are rounded before they are added", () => {
    const bound = engine.madd === f32x4.relaxedMadd ? 1.8e-7 : 1.9e-7;
    for (const x of [samples(-126, 127, 400_000), samples(-1, 1, 200_000), samples(-0.5, 0.5, 200_000)]) {
      expect(worst(power(x), (index) => 2 ** x[index]!)).toBeLessThan(bound);
    }
  });

  it("is exact at whole numbers, and 1 at both zeros", () => {
    const whole = Array.from({ length: 254 }, (_, index) => index - 126);
    expect([...power(whole)]).toEqual(whole.map((x) => 2 ** x));
    expect([...power([0, -0])]).toEqual([1, 1]);
  });

  it("is exactly 0 from −127 down, and falls to it from −126 without going below", () => {
    const low = [-127, -127.00001, -128, -150, -1e4, -3e38, Number.NEGATIVE_INFINITY];
    expect([...power(low)]).toEqual(low.map(() => 0));
    const between = power(samples(-127, -126, 5000));
    expect(between.findIndex((value) => !(value >= 0 && value <= 2 ** -126 * (1 + 2e-7)))).toBe(-1);
  });

  it("is NaN for NaN, and only in its lane", () => {
    expect([...power([1, Number.NaN, 3, Number.NaN])]).toEqual([2, Number.NaN, 8, Number.NaN]);
  });
});

describe.each(here)("2^x − 1, $name kernels", (engine) => {
  const power = applied(engine, exp2MinusOne);
  const exact = (x: number) => Math.expm1(x * Math.LN2);

  it("keeps its relative error near 0", () => {
    for (const high of [0.5, 1e-2, 1e-4, 1e-7, 1e-20]) {
      const x = samples(-high, high, 20_001);
      expect(worst(power(x), (index) => exact(x[index]!))).toBeLessThan(9e-7);
    }
    expect([...power([0])]).toEqual([0]);
  });

  it("is as precise from −126 to 126", () => {
    const x = samples(-126, 126, 400_000);
    expect(worst(power(x), (index) => exact(x[index]!))).toBeLessThan(9e-7);
  });

  it("is NaN for NaN", () => {
    expect([...power([Number.NaN, 1])]).toEqual([Number.NaN, 1]);
  });
});
