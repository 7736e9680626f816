import type { PreparedPeer } from "../peer.ts";
import type { OnnxAttention } from "./forms.ts";

/** What is used here of the interface that onnxruntime's packages share. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OnnxTensor;
}

interface OnnxTensor {
  readonly data: Float32Array;
}

interface OnnxSession {
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches?: Readonly<Record<string, OnnxTensor>>,
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

/**
 * A session over the model, with its inputs as tensors made once.
 *
 * @param keepsOutput whether the runtime writes into an output that it is handed, which is the quicker way
 */
export async function prepareSession(
  runtime: OnnxRuntime,
  attention: OnnxAttention,
  options: Readonly<Record<string, unknown>>,
  keepsOutput: boolean,
): Promise<PreparedPeer> {
  const session = await runtime.InferenceSession.create(attention.model, {
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...options,
  });
  const tensor = (data: Float32Array, shape: readonly number[]) => new runtime.Tensor("float32", data, shape);
  const feeds = Object.fromEntries(attention.inputs.map(({ name, data, shape }) => [name, tensor(data, shape)]));
  const { name, shape } = attention.output;
  const size = shape.reduce((product, axis) => product * axis, 1);
  const own = keepsOutput ? { [name]: tensor(new Float32Array(size), shape) } : undefined;
  let result: Readonly<Record<string, OnnxTensor>> = {};
  return {
    async run() {
      result = own ? await session.run(feeds, own) : await session.run(feeds);
    },
    output: () => attention.read((own ?? result)[name]!.data),
    dispose: () => session.release(),
  };
}
