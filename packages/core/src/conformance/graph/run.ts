import { UnsupportedError } from "../../errors/errors.ts";
import { type Numbers, parseTensor } from "../case.ts";
import { elementwise } from "./elementwise.ts";
import type { NodeGraph } from "./graph.ts";
import type { Operator } from "./operator.ts";
import { reductions } from "./reduce.ts";
import { shapeOperators } from "./shape.ts";

const operators: Readonly<Record<string, Operator>> = { ...elementwise, ...shapeOperators, ...reductions };

/**
 * Runs a graph of one input and one output, node by node in the order given.
 *
 * @throws UnsupportedError for an operator that the interpreter does not have
 */
export function runGraph(graph: NodeGraph, input: Numbers): Numbers {
  const values = new Map<string, Numbers>(graph.initializers.map((one) => [one.name, parseTensor(one)]));
  values.set(graph.inputs[0]!, input);
  for (const node of graph.nodes) {
    const operator = operators[node.op];
    if (!operator) throw new UnsupportedError(`graph: operator ${node.op} is not interpreted`);
    const inputs = node.inputs.map((name) => (name === "" ? undefined : needed(values, name)));
    values.set(node.outputs[0]!, operator(inputs, node.attrs));
  }
  return needed(values, graph.outputs[0]!);
}

function needed(values: ReadonlyMap<string, Numbers>, name: string): Numbers {
  const found = values.get(name);
  if (!found) throw new Error(`graph: ${name} has no value`);
  return found;
}
