import { floatField, integerField, type Message, messageField, textField } from "./protobuf.ts";

/** A float32 tensor that goes into or comes out of a graph. */
export interface GraphValue {
  readonly name: string;
  readonly shape: readonly number[];
}

/** An attribute of an operator. */
export type Attribute =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "integers"; readonly value: readonly number[] };

/** One use of an operator; an optional input that is left out has the name "". */
export interface GraphNode {
  readonly operator: string;
  /** The operator set that defines it; that of ONNX itself when absent. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
  /** Float32 numbers of rank 0 that the graph holds itself, by name. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Version of each operator set, by its domain; "" is that of ONNX itself. */
  readonly operatorSets: Readonly<Record<string, number>>;
}

/** `TensorProto.DataType.FLOAT` and the two members of `AttributeProto.AttributeType` that are used here. */
const floatElements = 1;
const attributeTypes = { float: 1, integer: 2, integers: 7 } as const;
/** The version of the file format that came with ONNX 1.18, the first with operator set 23. */
const irVersion = 11;

/** The bytes of an ONNX model: a `ModelProto` of onnx.proto (github.com/onnx/onnx), written without its library. */
export function onnxModel(graph: Graph): Uint8Array {
  return Uint8Array.from([
    ...integerField(1, irVersion),
    ...textField(2, "xattn"),
    ...messageField(7, graphProto(graph)),
    ...Object.entries(graph.operatorSets).flatMap(([domain, version]) =>
      messageField(8, textField(1, domain), integerField(2, version)),
    ),
  ]);
}

function graphProto({ nodes, inputs, outputs, scalars = {} }: Graph): Message {
  return [
    ...nodes.flatMap((node) => messageField(1, nodeProto(node))),
    ...textField(2, "attention"),
    ...Object.entries(scalars).flatMap(([name, value]) => messageField(5, scalarProto(name, value))),
    ...inputs.flatMap((value) => messageField(11, valueInfoProto(value))),
    ...outputs.flatMap((value) => messageField(12, valueInfoProto(value))),
  ];
}

function nodeProto({ operator, domain, inputs, outputs, attributes = {} }: GraphNode): Message {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(3, outputs.join(" ")),
    ...textField(4, operator),
    ...Object.entries(attributes).flatMap(([name, attribute]) => messageField(5, attributeProto(name, attribute))),
    ...(domain === undefined ? [] : textField(7, domain)),
  ];
}

function attributeProto(name: string, attribute: Attribute): Message {
  return [...textField(1, name), ...attributeValue(attribute), ...integerField(20, attributeTypes[attribute.kind])];
}

function attributeValue(attribute: Attribute): Message {
  switch (attribute.kind) {
    case "float":
      return floatField(2, attribute.value);
    case "integer":
      return integerField(3, attribute.value);
    case "integers":
      return attribute.value.flatMap((value) => integerField(8, value));
  }
}

function scalarProto(name: string, value: number): Message {
  return [...integerField(2, floatElements), ...floatField(4, value), ...textField(8, name)];
}

function valueInfoProto({ name, shape }: GraphValue): Message {
  const dimensions = shape.flatMap((size) => messageField(1, integerField(1, size)));
  const tensorType = [...integerField(1, floatElements), ...messageField(2, dimensions)];
  return [...textField(1, name), ...messageField(2, messageField(1, tensorType))];
}
