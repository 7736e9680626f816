import { matmulSoftmaxMatmul, multiHeadAttention, type OnnxForm } from "../onnx/forms.ts";
import type { Peer } from "../peer.ts";
import { pinned } from "../vendor/folder.ts";
import { importFrom } from "../vendor/load.ts";
import { needOneThread, withNavigatorGpu } from "./lent.ts";

interface GpuResult {
  getData(): Promise<Float32Array>;
  dispose(): void;
}

interface WebRuntime {
  readonly env: { readonly wasm: { numThreads: number }; readonly webgpu: { readonly device: Promise<GPUDevice> } };
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{
      run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, GpuResult>>>;
      release(): Promise<void>;
    }>;
  };
  readonly Tensor: {
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: "float32"; dims: readonly number[] }): unknown;
  };
}

/** Usage of a buffer that an operator reads (WebGPU, section 5.1). */
const usage = { copySource: 4, copyDestination: 8, storage: 128 } as const;

/**
 * onnxruntime-web on WebGPU, inputs and output on the device. Attention of operator set 23 is not there: it would be
 * computed in WebAssembly. Heads are repeated where queries are grouped.
 */
function onnxruntime(name: string, title: string, entry: "all" | "webgpu", form: OnnxForm): Peer {
  return {
    name,
    title,
    versions: pinned("onnxruntime-web"),
    create(problem, threads) {
      needOneThread(threads);
      return withNavigatorGpu(async () => {
        const runtime = await importFrom<WebRuntime>("onnxruntime-web", `dist/ort.${entry}.min.mjs`);
        runtime.env.wasm.numThreads = 1;
        const { model, inputs, output, read } = form(problem);
        const session = await runtime.InferenceSession.create(model, {
          executionProviders: ["webgpu"],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
          preferredOutputLocation: "gpu-buffer",
        });
        const device = await runtime.env.webgpu.device;
        const buffers = inputs.map(({ data }) => {
          const buffer = device.createBuffer({
            size: data.byteLength,
            usage: usage.storage | usage.copySource | usage.copyDestination,
          });
          device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
          return buffer;
        });
        const feeds = Object.fromEntries(
          inputs.map(({ name: input, shape }, index) => [
            input,
            runtime.Tensor.fromGpuBuffer(buffers[index]!, { dataType: "float32", dims: shape }),
          ]),
        );
        let last: GpuResult | undefined;
        return {
          async run() {
            const result = await session.run(feeds);
            await device.queue.onSubmittedWorkDone();
            last?.dispose();
            last = result[output.name]!;
          },
          output: async () => read(await last!.getData()),
          async dispose() {
            last?.dispose();
            await session.release();
            for (const buffer of buffers) buffer.destroy();
          },
        };
      });
    },
  };
}

export const onnxruntimeWebgpuMha = onnxruntime(
  "ort-webgpu-mha",
  "onnxruntime-web's native WebGPU provider, com.microsoft MultiHeadAttention",
  "webgpu",
  multiHeadAttention,
);

export const onnxruntimeWebgpuMatmul = onnxruntime(
  "ort-webgpu-matmul",
  "onnxruntime-web's native WebGPU provider, MatMul, Softmax, MatMul",
  "webgpu",
  matmulSoftmaxMatmul,
);

export const onnxruntimeJsepMha = onnxruntime(
  "ort-jsep-mha",
  "onnxruntime-web's WebGPU provider in JavaScript (jsep), com.microsoft MultiHeadAttention",
  "all",
  multiHeadAttention,
);

export const onnxruntimeJsepMatmul = onnxruntime(
  "ort-jsep-matmul",
  "onnxruntime-web's WebGPU provider in JavaScript (jsep), MatMul, Softmax, MatMul",
  "all",
  matmulSoftmaxMatmul,
);
