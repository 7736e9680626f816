import type { Value } from "@xattn/measures/contract";
import type { Node } from "estree";
import { parseExpression } from "vega-expression";
import { expressionInterpreter } from "vega-interpreter";
import { InputError, messageOf, notOneOf, suggestion } from "../errors/errors.ts";
import { fewestArguments, functionNames, pureFunctions } from "./functions.ts";

/** A Vega expression over the fields of a row, ready to be evaluated. */
export interface Expression {
  readonly text: string;
  /** Fields of `datum` that it reads. */
  readonly fields: readonly string[];
  evaluate(datum: Readonly<Record<string, Value>>): unknown;
}

const constants = new Set(["E", "LN10", "LN2", "LOG10E", "LOG2E", "NaN", "PI", "SQRT1_2", "SQRT2", "undefined"]);
/** The interpreter looks up what it does not have, or has as something falsy, with a dollar sign before it. */
const lookedUp = { $NaN: Number.NaN };
const operators = new Set("* + - / % > < >= <= == != === !== & | ^ << >> >>> ~ ! && ||".split(" "));
/** Deeper nesting than this allows could overflow the stack. */
const mostCharacters = 2000;

/**
 * Compiles a Vega expression such as `datum.n * datum.m <= 4194304`. It is interpreted, never turned into code;
 * it reads nothing but fields of `datum`, and calls nothing but pure functions.
 *
 * @param where names the place for messages: `sweep.ts, where`
 * @param fields what `datum` has
 * @throws InputError when it does not parse, reads an unknown field or calls what is not allowed
 */
export function compileExpression(text: string, where: string, fields: readonly string[]): Expression {
  const ast = parse(text, where);
  const used = new Set<string>();
  check(
    ast,
    (problem) => {
      throw new InputError(`${where}: "${text}": ${problem}`);
    },
    fields,
    used,
  );
  const run = expressionInterpreter.parameter({ functions: pureFunctions }, { ast }) as (
    datum: unknown,
    params: unknown,
  ) => unknown;
  return { text, fields: [...used], evaluate: (datum) => run(datum, lookedUp) };
}

function parse(text: string, where: string): Node {
  if (typeof text !== "string" || text.trim() === "")
    throw new InputError(`${where}: needs a Vega expression, such as "datum.n <= 1024"`);
  if (text.length > mostCharacters) {
    throw new InputError(
      `${where}: the expression has ${text.length} characters; at most ${mostCharacters} are allowed`,
    );
  }
  try {
    return parseExpression(text) as Node;
  } catch (error) {
    const message = messageOf(error);
    throw new InputError(
      `${where}: "${text}" does not parse as a Vega expression: ${message}. Write fields as datum.n, and comparisons as in "datum.n * datum.m <= 4096".`,
    );
  }
}

function check(node: Node, refuse: (problem: string) => never, fields: readonly string[], used: Set<string>): void {
  const visit = (child: Node) => check(child, refuse, fields, used);
  switch (node.type) {
    case "Literal":
      if ("regex" in node) refuse("regular expressions are not allowed");
      return;
    case "Identifier":
      if (constants.has(node.name)) return;
      if (fields.includes(node.name)) refuse(`write datum.${node.name} for the field ${node.name}`);
      refuse(`unknown name "${node.name}"; fields are written datum.${fields[0] ?? "n"}`);
      return;
    case "MemberExpression": {
      const name = memberName(node.property as Node, node.computed);
      if (node.object.type !== "Identifier" || node.object.name !== "datum" || name === undefined) {
        refuse("only fields of datum can be read, as datum.n or datum['n']");
        return;
      }
      if (!fields.includes(name)) refuse(`datum.${name}: ${notOneOf(name, fields)}`);
      used.add(name);
      return;
    }
    case "CallExpression": {
      const name = node.callee.type === "Identifier" ? node.callee.name : undefined;
      const fewest = name === undefined ? undefined : fewestArguments(name);
      if (fewest === undefined) {
        refuse(`the function ${name ?? "called here"} is not allowed.${suggestion(name ?? "", functionNames)}`);
        return;
      }
      if (node.arguments.length < fewest) {
        refuse(`${name} needs ${fewest} argument${fewest > 1 ? "s" : ""} and has ${node.arguments.length}`);
      }
      for (const argument of node.arguments) visit(argument);
      return;
    }
    case "ArrayExpression":
      for (const element of node.elements) {
        if (element) visit(element);
        else refuse("a list has an empty place");
      }
      return;
    case "BinaryExpression":
    case "LogicalExpression":
      if (!operators.has(node.operator)) refuse(`the operator ${node.operator} is not allowed`);
      visit(node.left);
      visit(node.right);
      return;
    case "UnaryExpression":
      if (!operators.has(node.operator)) refuse(`the operator ${node.operator} is not allowed`);
      visit(node.argument);
      return;
    case "ConditionalExpression":
      visit(node.test);
      visit(node.consequent);
      visit(node.alternate);
      return;
    default:
      refuse(`${node.type} is not allowed`);
  }
}

function memberName(property: Node, computed: boolean): string | undefined {
  if (!computed && property.type === "Identifier") return property.name;
  if (property.type === "Literal" && typeof property.value === "string") return property.value;
  return undefined;
}
