import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors/errors.ts";
import { compileExpression } from "./expression.ts";

const fields = ["n", "m", "variant", "error", "toString"];
const compile = (text: string) => compileExpression(text, "sweep.ts, where", fields);
const row = { n: 64, m: 16, variant: "linear", error: null };
const value = (text: string) => compile(text).evaluate(row);

test.each<[string, unknown]>([
  ["datum.n * datum.m <= 4096", true],
  ["datum['n'] % 3", 1],
  ["datum.variant == 'linear' && !(datum.n > 64)", true],
  ["datum.n > 100 ? 'large' : 'small'", "small"],
  ["if(datum.n > 100, 1, 2)", 2],
  ["indexof(['linear', 'sparse'], datum.variant) >= 0", true],
  ["log(datum.n) / LN2", 6],
  ["clamp(datum.n, 0, 10) + max(1, 2, 3) + min(4, 5) + pow(2, 3)", 25],
  ["inrange(datum.n, [1, 64])", true],
  ["inrange(datum.n, [65, 99])", false],
  ["toString(datum.n)", "64"],
  ["toNumber('12') + 1", 13],
  ["toBoolean('false')", false],
  ["isNumber(datum.n) && isString(datum.variant) && isBoolean(true)", true],
  ["upper(datum.variant) + lower('A') + trim(' b ')", "LINEARab"],
  ["slice(datum.variant, 0, 3) + slice(datum.variant, -2)", "linar"],
  ["length(datum.variant)", 6],
  ["lastindexof('abcabc', 'b')", 4],
  ["isNaN(NaN)", true],
  ["isFinite(1 / 0)", false],
  ["~5 ^ 3 | 4 & 1 << 2 >>> 1", (~5 ^ 3) | (4 & (1 << (2 >>> 1)))],
])("%s", (text, expected) => {
  expect(value(text)).toBe(expected);
});

test("says which fields it reads, each once", () => {
  expect(compile("datum.n * datum.n > datum['m']").fields).toEqual(["n", "m"]);
});

describe("null and absent fields", () => {
  test.each<[string, unknown]>([
    ["isValid(datum.error)", false],
    ["datum.error == null", true],
    ["datum.error === undefined", false],
    ["length(datum.error)", undefined],
    ["slice(datum.error, 1)", undefined],
    ["indexof(datum.error, 'x')", -1],
    ["toNumber(datum.error)", null],
    ["inrange(datum.n, datum.error)", false],
  ])("%s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test("a field that the row does not have is undefined", () => {
    expect(compile("datum.m > 1").evaluate({})).toBe(false);
    expect(compile("datum.m === undefined").evaluate({})).toBe(true);
  });
});

test.each<[string, RegExp]>([
  ["datum.constructor.constructor('return process')()", /only fields of datum|not allowed/],
  ["datum.constructor", /"constructor" is not one of n, m/],
  ["datum.__proto__", /"__proto__" is not one of/],
  ["datum['__proto__']['polluted']", /only fields of datum/],
  ["datum[datum.variant]", /only fields of datum/],
  ["datum.variant.length", /only fields of datum/],
  ["datum", /unknown name "datum"/],
  ["process.exit(1)", /not allowed/],
  ["this.n", /parse|not allowed|only fields/],
  ["random()", /function random is not allowed/],
  ["now() > 0", /function now is not allowed/],
  ["_random()", /function _random is not allowed/],
  ["regexp('a+')", /function regexp is not allowed/],
  ["test('a', datum.variant)", /function test is not allowed/],
  ["/(a+)+b/ == datum.variant", /regular expressions are not allowed/],
  ["constructor('x')", /not allowed/],
  ["hasOwnProperty('n')", /not allowed/],
  ["sqr(datum.n)", /Did you mean "sqrt"/],
  ["{n: 1}", /not allowed|parse/],
  ["[1,,2]", /empty place/],
  ["if(datum.n)", /if needs 3 arguments and has 1/],
  ["sqrt()", /sqrt needs 1 argument and has 0/],
  ["typeof datum.n", /not allowed|parse/],
  ["void 0", /not allowed|parse/],
  ["datum.n in [1]", /not allowed|parse/],
  ["datum.n instanceof datum.m", /not allowed|parse/],
  ["datum.n = 5", /parse|not allowed/],
  ["datum.n; datum.m", /parse/],
  ["n < 5", /write datum\.n for the field n/],
  ["datum.varient == 'x'", /Did you mean "variant"/],
  ["datum.n <", /does not parse.*Write fields as datum\.n/],
  ["", /needs a Vega expression/],
  ["   ", /needs a Vega expression/],
])("refuses %s", (text, message) => {
  let thrown: unknown;
  try {
    compile(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(InputError);
  expect((thrown as Error).message).toMatch(message);
  expect((thrown as Error).message).toContain("sweep.ts, where");
});

test.each(["(", "!", "-", "[", "datum.n+", "if(1,1,"])(
  "refuses or runs deep nesting of %s without overflow",
  (piece) => {
    for (const times of [200, 1900, 100_000]) {
      const text = `${piece.repeat(times)}1`;
      try {
        compile(text).evaluate(row);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
  },
);

test("whatever compiles evaluates without throwing, on any row", () => {
  const leaf = fc.constantFrom(
    "datum.n",
    "datum.variant",
    "datum.error",
    "1",
    "'x'",
    "null",
    "NaN",
    "[1, 'a']",
    "true",
  );
  const functions = fc.constantFrom(
    ..."abs floor pow(1, atan2(1, slice length indexof lastindexof lower upper trim toNumber toString".split(" "),
    ..."toBoolean inrange isValid isNaN isFinite clamp(1,2, hypot max min".split(" "),
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(functions, tie("tree"), tie("tree"))
        .map(([name, a, b]) => (name.includes("(") ? `${name} ${a})` : `${name}(${a}, ${b})`)),
      fc
        .tuple(tie("tree"), fc.constantFrom("+", "*", "<", "==", "===", "&&", "||", "%", ">>>", "&"), tie("tree"))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  }));
  const scalar = fc.oneof(fc.constant(null), fc.double(), fc.string(), fc.boolean());
  fc.assert(
    fc.property(tree, fc.record({ n: scalar, variant: scalar, error: scalar }), (text, datum) => {
      fc.pre(text.length <= 2000);
      compile(text).evaluate(datum);
    }),
    { numRuns: 500 },
  );
});

test("arbitrary text is refused with an InputError or harmless", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."datum.nconstructor()[]'\"+-!<>=&|?:, 01/\\".split("")) }),
      (text) => {
        try {
          compile(text).evaluate(row);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
