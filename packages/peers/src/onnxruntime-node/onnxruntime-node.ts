import { matmulSoftmaxMatmul, multiHeadAttention, type OnnxForm, onnxAttention } from "../onnx/forms.ts";
import { type OnnxRuntime, prepareSession } from "../onnx/session.ts";
import type { Peer } from "../peer.ts";
import { pinned } from "../vendor/folder.ts";
import { load } from "../vendor/load.ts";

/** onnxruntime's native library for Node, one operator after the other; the output is written in place. */
function onnxruntimeNode(name: string, title: string, form: OnnxForm): Peer {
  return {
    name,
    title,
    versions: pinned("onnxruntime-node"),
    create(problem, threads) {
      const options = {
        executionProviders: ["cpu"],
        executionMode: "sequential",
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
      };
      return prepareSession(load<OnnxRuntime>("onnxruntime-node"), form(problem), options, true);
    },
  };
}

export const onnxruntimeNodeMultiHead = onnxruntimeNode(
  "ort-node-mha",
  "onnxruntime-node, the fused operator com.microsoft MultiHeadAttention",
  multiHeadAttention,
);

export const onnxruntimeNodeAttention = onnxruntimeNode(
  "ort-node-attention",
  "onnxruntime-node, the operator Attention of ONNX operator set 23",
  onnxAttention,
);

export const onnxruntimeNodeMatmul = onnxruntimeNode(
  "ort-node-matmul",
  "onnxruntime-node, MatMul, Softmax and MatMul, fused by the runtime as far as it does",
  matmulSoftmaxMatmul,
);
