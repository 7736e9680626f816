import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../engine/choose.ts";
import { engines } from "../engine/engine.ts";
import type { Code } from "./code.ts";
import { defineFunction, type ValueType } from "./function.ts";
import { f32, f32x4, i16x8, i32, i32x4, shuffle32, v128 } from "./instructions.ts";
import { instantiate } from "./testing/instantiate.ts";

const bits = new DataView(new ArrayBuffer(4));
const floatOf = (integer: number) => {
  bits.setInt32(0, integer);
  return bits.getFloat32(0);
};
const bitsOf = (float: number) => {
  bits.setFloat32(0, float);
  return bits.getInt32(0);
};

const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, -1, 31, 32, -(2 ** 31)));
const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** -149,
  -(2 ** -140),
  3.4e38,
  -3.4e38,
  Infinity,
  -Infinity,
  NaN,
  2 ** 31,
  -(2 ** 31),
  3e9,
];
const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 }),
  fc.constantFrom(...special.map(Math.fround)),
);
const four = <Value>(item: fc.Arbitrary<Value>) => fc.array(item, { minLength: 4, maxLength: 4 });

type Table<Group extends object, Form> = { readonly [Name in keyof Group]?: Form };

/** Tested by a table of this file, or by name; so that no instruction is without a test. */
function expectNamed(group: object, ...tested: readonly (object | string)[]): void {
  const names = tested.flatMap((one) => (typeof one === "string" ? [one] : Object.keys(one)));
  expect(Object.keys(group).sort()).toEqual([...names].sort());
}

/** All ones where it holds. */
const maskOf = (holds: boolean) => (holds ? -1 : 0);

type Scalar = (a: number, b: number) => number;

const i32Table: Table<typeof i32, Scalar> = {
  eqz: (a) => Number(a === 0),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  ltS: (a, b) => Number(a < b),
  ltU: (a, b) => Number(a >>> 0 < b >>> 0),
  gtS: (a, b) => Number(a > b),
  leS: (a, b) => Number(a <= b),
  geS: (a, b) => Number(a >= b),
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  divU: (a, b) => ((a >>> 0) / (b >>> 0)) | 0,
  remU: (a, b) => ((a >>> 0) % (b >>> 0)) | 0,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shrU: (a, b) => (a >>> b) | 0,
  ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
};

const f32Table: Table<typeof f32, Scalar> = {
  add: (a, b) => Math.fround(a + b),
  sub: (a, b) => Math.fround(a - b),
  mul: (a, b) => Math.fround(a * b),
  div: (a, b) => Math.fround(a / b),
  min: Math.min,
  max: Math.max,
};

const f32Questions: Table<typeof f32, Scalar> = {
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  gt: (a, b) => Number(a > b),
};

/** An exported function of two numbers that applies an instruction of one or two operands. */
function apply(type: ValueType, result: ValueType, instruction: unknown): (a: number, b: number) => number {
  const operate = instruction as (...operands: Code[]) => Code;
  const module = instantiate([
    defineFunction("f", [type, type], (_, a, b) => (operate.length === 1 ? operate(a!.get) : operate(a!.get, b!.get)), {
      results: [result],
      exported: true,
    }),
  ]);
  return (a, b) => module.call("f", a, b);
}

describe("i32", () => {
  it.each(Object.entries(i32Table))("%s", (name, expected) => {
    const f = apply("i32", "i32", i32[name as keyof typeof i32]);
    fc.assert(
      fc.property(int, int, (a, b) => {
        fc.pre(b !== 0 || !(name === "divU" || name === "remU"));
        expect(f(a, b)).toBe(expected(a, b));
      }),
    );
  });

  it("takes bits for numbers and back", () => {
    const toInt = apply("f32", "i32", i32.reinterpretF32);
    const toFloat = apply("i32", "f32", f32.reinterpretI32);
    const convert = apply("i32", "f32", f32.convertI32S);
    fc.assert(
      fc.property(float, int, (x, i) => {
        if (!Number.isNaN(x)) expect(toInt(x, 0)).toBe(bitsOf(x));
        expect(toFloat(i, 0)).toBe(floatOf(i));
        expect(convert(i, 0)).toBe(Math.fround(i));
      }),
    );
  });
});

describe("f32", () => {
  it.each(Object.entries({ ...f32Table, ...f32Questions }))("%s", (name, expected) => {
    const f = apply("f32", name in f32Table ? "f32" : "i32", f32[name as keyof typeof f32]);
    fc.assert(
      fc.property(float, float, (a, b) => {
        expect(f(a, b)).toBe(expected(a, b));
      }),
    );
  });
});

it("constants are what they say", () => {
  fc.assert(
    fc.property(int, float, fc.uint8Array({ minLength: 16, maxLength: 16 }), (i, x, bytes) => {
      const module = instantiate([
        defineFunction("i", [], () => i32.const(i), { results: ["i32"], exported: true }),
        defineFunction("x", [], () => f32.const(x), { results: ["f32"], exported: true }),
        defineFunction("v", [], () => v128.store(i32.const(32), v128.const([...bytes])), { exported: true }),
      ]);
      expect(module.call("i")).toBe(i);
      expect(module.call("x")).toBe(x);
      module.call("v");
      expect(module.bytes.slice(32, 48)).toEqual(bytes);
    }),
    { numRuns: 20 },
  );
});

describe("memory", () => {
  const offset = 4;
  const size = 64;
  const content = fc.uint8Array({ minLength: size, maxLength: size });
  const address = fc.integer({ min: 0, max: 40 });
  const read = (bytes: Uint8Array, at: number, width: number) =>
    Array.from({ length: width }, (_, index) => bytes[at + index]! << (8 * index)).reduce((sum, byte) => sum | byte, 0);

  const scalars = [
    { name: "i32.load", type: "i32", load: i32.load, width: 4 },
    { name: "i32.load8U", type: "i32", load: i32.load8U, width: 1 },
    { name: "i32.load16U", type: "i32", load: i32.load16U, width: 2 },
    { name: "f32.load", type: "f32", load: f32.load, width: 4 },
  ] as const;
  it.each(scalars)("$name at any address and offset", ({ type, load, width }) => {
    const module = instantiate([
      defineFunction("here", ["i32"], (_, at) => load(at!.get), { results: [type], exported: true }),
      defineFunction("there", ["i32"], (_, at) => load(at!.get, offset), { results: [type], exported: true }),
    ]);
    fc.assert(
      fc.property(content, address, (bytes, at) => {
        module.bytes.set(bytes);
        const expected = (place: number) => {
          const value = read(bytes, place, width);
          return type === "f32" ? floatOf(value) : value;
        };
        expect(module.call("here", at)).toBe(expected(at));
        expect(module.call("there", at)).toBe(expected(at + offset));
      }),
    );
  });

  const vectors = [
    {
      name: "load",
      load: v128.load,
      lanes: (bytes: Uint8Array, at: number) => [0, 4, 8, 12].map((o) => read(bytes, at + o, 4)),
    },
    {
      name: "load32Splat",
      load: v128.load32Splat,
      lanes: (bytes: Uint8Array, at: number) => Array(4).fill(read(bytes, at, 4)),
    },
    {
      name: "load64Zero",
      load: v128.load64Zero,
      lanes: (bytes: Uint8Array, at: number) => [read(bytes, at, 4), read(bytes, at + 4, 4), 0, 0],
    },
    {
      name: "load16x4U",
      load: v128.load16x4U,
      lanes: (bytes: Uint8Array, at: number) => [0, 2, 4, 6].map((o) => read(bytes, at + o, 2)),
    },
  ];
  it.each(vectors)("v128.$name at any address and offset", ({ load, lanes }) => {
    const module = instantiate([
      defineFunction("f", ["i32"], (_, at) => v128.store(i32.const(128), load(at!.get, offset)), { exported: true }),
    ]);
    fc.assert(
      fc.property(content, address, (bytes, at) => {
        module.bytes.set(bytes);
        module.call("f", at);
        expect([...module.int32.subarray(32, 36)]).toEqual(lanes(bytes, at + offset));
      }),
    );
  });

  const stores = [
    { name: "i32.store", type: "i32", store: i32.store, width: 4 },
    { name: "i32.store8", type: "i32", store: i32.store8, width: 1 },
    { name: "i32.store16", type: "i32", store: i32.store16, width: 2 },
    { name: "f32.store", type: "f32", store: f32.store, width: 4 },
    {
      name: "v128.store",
      type: "f32",
      store: (at: Code, value: Code, o?: number) => v128.store(at, f32x4.splat(value), o),
      width: 16,
    },
  ] as const;
  it.each(stores)("$name writes its bytes and no others", ({ type, store, width }) => {
    const module = instantiate([
      defineFunction("f", ["i32", type], (_, at, value) => store(at!.get, value!.get, offset), { exported: true }),
    ]);
    fc.assert(
      fc.property(content, address, int, fc.float({ noNaN: true }), (bytes, at, integer, x) => {
        module.bytes.set(bytes);
        module.call("f", at, type === "f32" ? x : integer);
        const written = new Uint8Array(new Int32Array(4).fill(type === "f32" ? bitsOf(x) : integer).buffer);
        const expected = bytes.slice();
        expected.set(written.subarray(0, width), at + offset);
        expect(module.bytes.slice(0, size)).toEqual(expected);
      }),
    );
  });
});

/** Lanes of up to three vectors through an instruction, as integers. */
function onLanes(operate: (a: Code, b: Code, c: Code) => Code, engine = engines.at(-1)!) {
  const at = (place: number) => v128.load(i32.const(16 * place));
  const module = instantiate(
    [defineFunction("f", [], () => v128.store(i32.const(64), operate(at(0), at(1), at(2))), { exported: true })],
    engine,
  );
  return (...operands: readonly number[][]) => {
    for (const [index, lanes] of operands.entries()) module.int32.set(lanes, 4 * index);
    module.call("f");
    return [...module.int32.subarray(16, 20)];
  };
}

const onFloats =
  (f: ReturnType<typeof onLanes>) =>
  (...operands: readonly number[][]) =>
    f(...operands.map((lanes) => lanes.map(bitsOf))).map(floatOf);

describe("v128", () => {
  const table: Table<typeof v128, (a: number, b: number, c: number) => number> = {
    not: (a) => ~a,
    and: (a, b) => a & b,
    andnot: (a, b) => a & ~b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    bitselect: (a, b, c) => (a & c) | (b & ~c),
  };
  it.each(Object.entries(table))("%s", (name, expected) => {
    const operate = v128[name as keyof typeof v128] as (...operands: Code[]) => Code;
    const f = onLanes((a, b, c) => operate(...[a, b, c].slice(0, operate.length)));
    fc.assert(
      fc.property(four(int), four(int), four(int), (a, b, c) => {
        expect(f(a, b, c)).toEqual(a.map((_, lane) => expected(a[lane]!, b[lane]!, c[lane]!)));
      }),
    );
  });

  it("anyTrue, and all lanes of i32x4: allTrue, bitmask", () => {
    const question = (ask: (value: Code) => Code) => {
      const f = onLanes((a) => i32x4.splat(ask(a)));
      return (lanes: number[]) => f(lanes)[0]!;
    };
    const [any, every, mask] = [v128.anyTrue, i32x4.allTrue, i32x4.bitmask].map(question);
    fc.assert(
      fc.property(four(fc.oneof(int, fc.constantFrom(0, 0, -1))), (lanes) => {
        expect(any!(lanes)).toBe(Number(lanes.some((lane) => lane !== 0)));
        expect(every!(lanes)).toBe(Number(lanes.every((lane) => lane !== 0)));
        expect(mask!(lanes)).toBe(lanes.reduce((sum, lane, index) => sum | (Number(lane < 0) << index), 0));
      }),
    );
  });
});

describe("i32x4", () => {
  const table: Table<typeof i32x4, Scalar> = {
    add: (a, b) => (a + b) | 0,
    sub: (a, b) => (a - b) | 0,
    eq: (a, b) => maskOf(a === b),
    gtS: (a, b) => maskOf(a > b),
  };
  it.each(Object.entries(table))("%s", (name, expected) => {
    const f = onLanes(i32x4[name as "add"]);
    fc.assert(
      fc.property(four(int), four(int), (a, b) => {
        const lanes = a.map((one, lane) => (b[lane]! % 3 === 0 ? one : b[lane]!));
        expect(f(lanes, b)).toEqual(lanes.map((one, lane) => expected(one, b[lane]!)));
      }),
    );
  });

  const shifts: Table<typeof i32x4, Scalar> = {
    shl: (a, by) => a << by,
    shrS: (a, by) => a >> by,
    shrU: (a, by) => (a >>> by) | 0,
  };
  it.each(Object.entries(shifts))("%s", (name, expected) => {
    fc.assert(
      fc.property(four(int), fc.integer({ min: 0, max: 40 }), (a, by) => {
        const f = onLanes((lanes) => i32x4[name as "shl"](lanes, i32.const(by)));
        expect(f(a)).toEqual(a.map((lane) => expected(lane, by)));
      }),
      { numRuns: 40 },
    );
  });

  it("splat, extractLane and truncSatF32x4S", () => {
    const splat = onLanes(() => i32x4.splat(i32.load(i32.const(4))));
    const extracts = [0, 1, 2, 3].map((lane) => onLanes((a) => i32x4.splat(i32x4.extractLane(a, lane))));
    const truncate = onLanes(i32x4.truncSatF32x4S);
    fc.assert(
      fc.property(four(int), four(fc.oneof(float, fc.float())), (a, x) => {
        expect(splat(a)).toEqual(Array(4).fill(a[1]));
        extracts.forEach((extract, lane) => {
          expect(extract(a)).toEqual(Array(4).fill(a[lane]));
        });
        const expected = (lane: number) =>
          Number.isNaN(lane) ? 0 : Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(lane))) | 0;
        expect(truncate(x.map(bitsOf))).toEqual(x.map(expected));
      }),
    );
  });
});

it("i16x8.narrowI32x4U holds numbers to 16 bits without a sign", () => {
  const f = onLanes(i16x8.narrowI32x4U);
  const near = fc.oneof(int, fc.integer({ min: -3, max: 70000 }));
  fc.assert(
    fc.property(four(near), four(near), (a, b) => {
      const lanes = [...a, ...b].map((lane) => Math.min(0xffff, Math.max(0, lane)));
      expect(f(a, b)).toEqual([0, 2, 4, 6].map((at) => lanes[at]! | (lanes[at + 1]! << 16)));
    }),
  );
});

describe("f32x4", () => {
  const unary: Table<typeof f32x4, (a: number) => number> = {
    abs: Math.abs,
    neg: (a) => -a,
    sqrt: (a) => Math.fround(Math.sqrt(a)),
  };
  const binary: Table<typeof f32x4, Scalar> = {
    add: (a, b) => Math.fround(a + b),
    sub: (a, b) => Math.fround(a - b),
    mul: (a, b) => Math.fround(a * b),
    div: (a, b) => Math.fround(a / b),
    pmin: (a, b) => [a, b][Number(b < a)]!,
    pmax: (a, b) => [a, b][Number(a < b)]!,
  };
  const questions: Table<typeof f32x4, (a: number, b: number) => boolean> = {
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    lt: (a, b) => a < b,
    gt: (a, b) => a > b,
    le: (a, b) => a <= b,
  };

  it.each(Object.entries(unary))("%s", (name, expected) => {
    const f = onFloats(onLanes((a) => f32x4[name as "abs"](a)));
    fc.assert(
      fc.property(four(float), (a) => {
        expect(f(a)).toEqual(a.map(expected));
      }),
    );
  });

  it.each(Object.entries(binary))("%s", (name, expected) => {
    const f = onFloats(onLanes(f32x4[name as "add"]));
    fc.assert(
      fc.property(four(float), four(float), (a, b) => {
        expect(f(a, b)).toEqual(a.map((lane, index) => expected(lane, b[index]!)));
      }),
    );
  });

  it.each(Object.entries(questions))("%s", (name, expected) => {
    const f = onLanes(f32x4[name as "eq"]);
    fc.assert(
      fc.property(four(float), four(float), (a, b) => {
        expect(f(a.map(bitsOf), b.map(bitsOf))).toEqual(a.map((lane, index) => maskOf(expected(lane, b[index]!))));
      }),
    );
  });

  it("splat and extractLane", () => {
    fc.assert(
      fc.property(four(float), fc.integer({ min: 0, max: 3 }), (a, lane) => {
        const f = onFloats(onLanes((x) => f32x4.splat(f32x4.extractLane(x, lane))));
        expect(f(a)).toEqual(Array(4).fill(a[lane]));
      }),
      { numRuns: 20 },
    );
  });

  const here = engines.filter((engine) => runs(engine, false));
  it.each(here)("multiply-add of $name kernels rounds once or twice", (engine) => {
    const relaxed = engine.madd === f32x4.relaxedMadd;
    const f = onFloats(onLanes(engine.madd, engine));
    const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 });
    fc.assert(
      fc.property(four(number), four(number), four(number), (a, b, c) => {
        f(a, b, c).forEach((sum, lane) => {
          const twice = Math.fround(Math.fround(a[lane]! * b[lane]!) + c[lane]!);
          const exact = a[lane]! * b[lane]! + c[lane]!;
          if (!relaxed) expect(sum).toBe(twice);
          else if (sum !== twice)
            expect(Math.abs(sum - exact)).toBeLessThanOrEqual(2 ** -24 * Math.abs(exact) * (1 + 1e-6) + 2 ** -150);
        });
      }),
    );
  });

  it("leaves no instruction without a test", () => {
    expectNamed(i32, i32Table, "const", "load", "load8U", "load16U", "store", "store8", "store16", "reinterpretF32");
    expectNamed(f32, f32Table, f32Questions, "const", "load", "store", "convertI32S", "reinterpretI32");
    const vectors = ["load", "load32Splat", "load64Zero", "load16x4U", "store", "const", "anyTrue"];
    expectNamed(v128, ...vectors, "not", "and", "andnot", "or", "xor", "bitselect");
    expectNamed(i16x8, "narrowI32x4U");
    const moved = ["splat", "extractLane", "allTrue", "bitmask", "truncSatF32x4S", "shl", "shrS", "shrU"];
    expectNamed(i32x4, ...moved, "add", "sub", "eq", "gtS");
    expectNamed(f32x4, unary, binary, questions, "splat", "extractLane", "relaxedMadd");
  });
});

it("shuffle32 picks any four lanes of eight", () => {
  const lane = fc.integer({ min: 0, max: 7 });
  fc.assert(
    fc.property(four(int), four(int), four(lane), (a, b, lanes) => {
      const f = onLanes((left, right) => shuffle32(left, right, lanes as [number, number, number, number]));
      expect(f(a, b)).toEqual(lanes.map((at) => [...a, ...b][at]));
    }),
    { numRuns: 40 },
  );
});
