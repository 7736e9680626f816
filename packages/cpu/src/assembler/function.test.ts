import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  call,
  copyBytes,
  defineFunction,
  fillZero,
  type Local,
  loopFrom,
  repeatBelow,
  type Scope,
  select,
  type ValueType,
  when,
} from "./function.ts";
import { f32, f32x4, i32, v128 } from "./instructions.ts";
import { assembleModule } from "./module.ts";
import { instantiate } from "./testing/instantiate.ts";

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const one = (result: ValueType) => ({ results: [result], exported: true });

/** A function of numbers to one number. */
function running(
  parameters: readonly ValueType[],
  result: ValueType,
  build: (scope: Scope, ...locals: Local[]) => Parameters<Local["set"]>[0],
) {
  const module = instantiate([defineFunction("f", parameters, build, one(result))]);
  return { ...module, f: (...values: number[]) => module.call("f", ...values) };
}

describe("locals", () => {
  it("keep parameters and locals of every type apart, and set leaves nothing where tee leaves the value", () => {
    const { f } = running(["i32", "f32", "i32"], "f32", (scope, a, b, c) => {
      const [sum, product, vector, more] = [scope.i32(), scope.f32(), scope.v128(), scope.local("i32")];
      return [
        sum.set(i32.add(a!.get, c!.get)),
        product.set(f32.mul(b!.get, f32.const(2))),
        vector.set(f32x4.splat(product.get)),
        more.set(i32.mul(sum.tee(i32.add(sum.get, i32.const(1))), i32.const(10))),
        f32.add(f32x4.extractLane(vector.get, 3), f32.convertI32S(i32.add(sum.get, more.get))),
      ];
    });
    expect(f(3, 0.25, 4)).toBe(0.5 + 8 + 80);
  });
});

describe("when and select", () => {
  it("take the branch that the condition says", () => {
    const { f } = running(["i32", "i32", "i32"], "i32", (scope, a, b, condition) => {
      const [both, alone] = [scope.i32(), scope.i32()];
      return [
        when(condition!.get, both.set(a!.get), both.set(b!.get)),
        alone.set(i32.const(7)),
        when(condition!.get, alone.set(i32.const(5))),
        i32.xor(both.get, i32.xor(alone.get, select(a!.get, b!.get, condition!.get))),
      ];
    });
    fc.assert(
      fc.property(int, int, fc.oneof(int, fc.constant(0)), (a, b, condition) => {
        expect(f(a, b, condition)).toBe(condition === 0 ? 7 : 5);
      }),
    );
    const { f: chosen } = running(["f32", "f32", "i32"], "f32", (_, a, b, c) => select(a!.get, b!.get, c!.get));
    expect([chosen(1.5, 2.5, 1), chosen(1.5, 2.5, 0), chosen(1.5, 2.5, -9)]).toEqual([1.5, 2.5, 1.5]);
  });
});

describe("loopFrom", () => {
  const { f, int32 } = running(["i32", "i32"], "i32", (scope, from, to) => {
    const [at, rounds] = [scope.i32(), scope.i32()];
    return [
      loopFrom(at, from!.get, to!.get, 3, [
        i32.store(i32.shl(rounds.get, i32.const(2)), at.get),
        rounds.set(i32.add(rounds.get, i32.const(1))),
      ]),
      rounds.get,
    ];
  });

  it("counts as a for loop does, from nothing on", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (from, to) => {
        const expected: number[] = [];
        for (let at = from; at < to; at += 3) expected.push(at);
        expect(f(from, to)).toBe(expected.length);
        expect([...int32.subarray(0, expected.length)]).toEqual(expected);
      }),
    );
  });

  it("compares without sign, for addresses beyond 2 GiB", () => {
    expect(f(-7, -1)).toBe(2);
    expect(f(2 ** 31 - 2, -(2 ** 31) + 3)).toBe(2);
    expect(f(-1, 1)).toBe(0);
  });

  it("evaluates its end anew every round", () => {
    const { f: shrinking } = running(["i32"], "i32", (scope, end) => {
      const [at, rounds] = [scope.i32(), scope.i32()];
      return [
        loopFrom(at, i32.const(0), end!.get, 1, [
          end!.set(i32.sub(end!.get, i32.const(1))),
          rounds.set(i32.add(rounds.get, i32.const(1))),
        ]),
        rounds.get,
      ];
    });
    expect([10, 11, 1, 0].map((end) => shrinking(end))).toEqual([5, 6, 1, 0]);
  });

  it("nests", () => {
    const { f: pairs } = running(["i32", "i32"], "i32", (scope, n, m) => {
      const [i, j, sum] = [scope.i32(), scope.i32(), scope.i32()];
      const inner = sum.set(i32.add(sum.get, i32.mul(i32.add(i.get, i32.const(1)), j.get)));
      return [loopFrom(i, i32.const(0), n!.get, 1, loopFrom(j, i.get, m!.get, 2, inner)), sum.get];
    });
    let expected = 0;
    for (let i = 0; i < 5; i += 1) for (let j = i; j < 9; j += 2) expected += (i + 1) * j;
    expect(pairs(5, 9)).toBe(expected);
  });
});

it("repeatBelow runs while its body has not moved the pointer to the end, and not at all from there on", () => {
  const { f } = running(["i32", "i32", "i32"], "i32", (scope, pointer, end, step) => {
    const rounds = scope.i32();
    return [
      repeatBelow(pointer!, end!, [
        pointer!.set(i32.add(pointer!.get, step!.get)),
        rounds.set(i32.add(rounds.get, i32.const(1))),
      ]),
      rounds.get,
    ];
  });
  expect([f(0, 16, 4), f(0, 17, 4), f(16, 16, 4), f(20, 16, 4), f(-32, -8, 8)]).toEqual([4, 5, 0, 0, 3]);
});

describe("calls", () => {
  it("go by name to functions before and after, nested and recursive, and private ones are not exported", () => {
    const later = call("twice", call("twice", call("next", i32.const(5))));
    const module = instantiate([
      defineFunction("f", [], () => later, one("i32")),
      defineFunction("next", ["i32"], (_, x) => i32.add(x!.get, i32.const(1)), { results: ["i32"] }),
      defineFunction("twice", ["i32"], (_, x) => i32.mul(x!.get, i32.const(2)), { results: ["i32"] }),
      defineFunction(
        "factorial",
        ["i32"],
        (scope, x) => {
          const result = scope.i32();
          const less = call("factorial", i32.sub(x!.get, i32.const(1)));
          return [when(x!.get, result.set(i32.mul(x!.get, less)), result.set(i32.const(1))), result.get];
        },
        one("i32"),
      ),
      defineFunction("difference", ["i32", "f32"], (_, a, b) => f32.sub(f32.convertI32S(a!.get), b!.get), {
        results: ["f32"],
      }),
      defineFunction("g", [], () => call("difference", i32.const(7), f32.const(0.5)), one("f32")),
    ]);
    expect(module.call("f")).toBe(24);
    expect(module.call("factorial", 7)).toBe(5040);
    expect(module.call("g")).toBe(6.5);
    expect([...module.exported].sort()).toEqual(["f", "factorial", "g"]);
  });

  it("to a function that is not there are refused by name", () => {
    const broken = defineFunction("f", [], () => call("missing"));
    expect(() => assembleModule({ shared: false, minimum: 1, maximum: 1 }, [broken])).toThrow(
      new RangeError('function "missing" is called, but the module does not have it'),
    );
  });
});

describe("memory", () => {
  const length = 256;
  const place = fc.integer({ min: 0, max: length / 2 });

  it("fillZero clears exactly the bytes it is told", () => {
    const { call: run, bytes } = instantiate([
      defineFunction("f", ["i32", "i32"], (_, at, count) => fillZero(at!.get, count!.get), { exported: true }),
    ]);
    fc.assert(
      fc.property(place, place, (at, count) => {
        bytes.fill(0xa5, 0, length);
        run("f", at, count);
        expect(bytes.subarray(0, length)).toEqual(new Uint8Array(length).fill(0xa5).fill(0, at, at + count));
      }),
    );
  });

  it("copyBytes moves bytes also onto themselves", () => {
    const { call: run, bytes } = instantiate([
      defineFunction("f", ["i32", "i32", "i32"], (_, to, from, count) => copyBytes(to!.get, from!.get, count!.get), {
        exported: true,
      }),
    ]);
    fc.assert(
      fc.property(place, place, place, (to, from, count) => {
        for (let index = 0; index < length; index += 1) bytes[index] = (index * 37 + (index >> 8)) & 0xff;
        const expected = bytes.slice(0, length).copyWithin(to, from, from + count);
        run("f", to, from, count);
        expect(bytes.subarray(0, length)).toEqual(expected);
      }),
    );
  });

  it("is imported with the limits of the module, shared or not", () => {
    const writer = defineFunction("f", [], () => v128.store(i32.const(0), f32x4.splat(f32.const(3))), {
      exported: true,
    });
    for (const shared of [false, true]) {
      const module = new WebAssembly.Module(assembleModule({ shared, minimum: 2, maximum: 300 }, [writer]));
      const start = (initial: number, maximum: number, isShared = shared) => {
        const memory = new WebAssembly.Memory({ initial, maximum, shared: isShared });
        const { exports } = new WebAssembly.Instance(module, { env: { memory } });
        (exports.f as () => void)();
        return [...new Float32Array(memory.buffer, 0, 4)];
      };
      expect(start(2, 300)).toEqual([3, 3, 3, 3]);
      expect(() => start(1, 300)).toThrow(WebAssembly.LinkError);
      expect(() => start(2, 301)).toThrow(WebAssembly.LinkError);
      expect(() => start(2, 300, !shared)).toThrow(WebAssembly.LinkError);
    }
  });
});
