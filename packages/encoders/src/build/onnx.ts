import { field, fieldsOf } from "./protobuf.ts";
import { VendorError } from "./vendor.ts";

/** Field numbers of onnx.proto (ONNX 1.16, ModelProto and below). */
const modelGraph = 7;
const graphNode = 1;
const graphOutput = 12;
const valueInfoName = 1;
const nodeOutput = 2;
const nodeAttribute = 5;
const attributeTensor = 5;
const tensorRawData = 9;

/**
 * The model with more values among its outputs. Another `graph` is put behind the model: a message that occurs again is
 * merged with the first (protocol buffers, encoding, "last one wins").
 */
export function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const outputs = names.map((name) => field(graphOutput, field(valueInfoName, new TextEncoder().encode(name))));
  const addition = field(modelGraph, Buffer.concat(outputs));
  return Buffer.concat([model, addition]);
}

/**
 * The float32 elements of the Constant nodes of these names.
 *
 * @throws VendorError for a name that no Constant has
 */
export function constantsOf(model: Uint8Array, names: readonly string[]): Readonly<Record<string, Float32Array>> {
  const found: Record<string, Float32Array> = {};
  for (const graph of messages(model, modelGraph)) {
    for (const node of messages(graph, graphNode)) {
      const [output] = messages(node, nodeOutput);
      const name = output && new TextDecoder().decode(output);
      if (name === undefined || !names.includes(name)) continue;
      for (const attribute of messages(node, nodeAttribute)) {
        for (const value of messages(attribute, attributeTensor)) {
          for (const data of messages(value, tensorRawData))
            found[name] = new Float32Array(Uint8Array.from(data).buffer);
        }
      }
    }
  }
  const missing = names.find((name) => !found[name]);
  if (missing !== undefined) throw new VendorError(`the model has no constant named ${missing}`);
  return found;
}

function* messages(message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const [found, value] of fieldsOf(message)) {
    if (found === number && value instanceof Uint8Array) yield value;
  }
}
