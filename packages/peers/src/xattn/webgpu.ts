import type { Tensor } from "@xattn/core";
import type { GpuBackend, GpuTensor } from "@xattn/gpu";
import { openBackend } from "@xattn/measures";
import type { Peer } from "../peer.ts";
import { toAttentionProblem } from "./attention-problem.ts";

/** The project's kernels in WGSL, inputs and output on the device; a call ends when the device has done the work. */
export const xattnWebgpu: Peer = {
  name: "xattn",
  title: "xattn in WGSL, inputs and output on the device",
  versions: {},
  async create(problem) {
    const gpu = (await openBackend({ backend: "webgpu" })) as GpuBackend;
    const { query, key, value, mask } = toAttentionProblem(problem);
    const upload = (source: Tensor) => gpu.upload(source as Tensor<"float32">);
    const inputs = { query: await upload(query), key: await upload(key), value: await upload(value) };
    let last: GpuTensor<"float32"> | undefined;
    return {
      async run() {
        const previous = last;
        last = (await gpu.attend({ ...inputs, ...(mask && { mask }) })).output as GpuTensor<"float32">;
        if (previous) gpu.free(previous);
        gpu.submit();
        await gpu.device.queue.onSubmittedWorkDone();
      },
      output: async () => (await gpu.download(last!)).data as Float32Array,
      dispose() {
        for (const tensor of [...Object.values(inputs), ...(last ? [last] : [])]) gpu.free(tensor);
        gpu.submit();
      },
    };
  },
};
