import type { Peer } from "../peer.ts";
import { batched, type Tf, type TfTensor } from "../tfjs/tfjs.ts";
import { pinned } from "../vendor/folder.ts";
import { load } from "../vendor/load.ts";
import { needOneThread, withNavigatorGpu } from "./lent.ts";

/** What is used here of the backend itself: how it sends what it has recorded. */
interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly commandEncoder: unknown;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** TensorFlow.js on WebGPU: batched matMul, softmax, matMul. */
export const tfjsWebgpu: Peer = {
  name: "tfjs-webgpu",
  title: "tfjs on WebGPU, batched matMul, softmax, matMul",
  versions: pinned("@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-webgpu"),
  create(problem, threads) {
    needOneThread(threads);
    return withNavigatorGpu(async () => {
      const tf = load<Tf & { backend(): WebgpuBackend }>("@tensorflow/tfjs-core");
      load<unknown>("@tensorflow/tfjs-backend-webgpu");
      tf.enableProdMode();
      await tf.setBackend("webgpu");
      const backend = tf.backend();
      const { inputs, compute } = batched(tf, problem);
      let last: (TfTensor & { data(): Promise<Float32Array> }) | undefined;
      return {
        async run() {
          const next = tf.tidy(compute) as NonNullable<typeof last>;
          if (backend.commandEncoder) {
            backend.endComputePassEncoder();
            backend.submitQueue();
          }
          await backend.device.queue.onSubmittedWorkDone();
          last?.dispose();
          last = next;
        },
        output: () => last!.data(),
        dispose() {
          for (const tensor of [...inputs, ...(last ? [last] : [])]) tensor.dispose();
        },
      };
    });
  },
};
