import type { AttentionProblem, Backend, Tensor } from "@xattn/core";
import type { DeviceDType, GpuBackend, GpuTensor } from "@xattn/gpu";
import { inMemoryOf } from "./backends.ts";
import { isWebgpu } from "./webgpu.ts";

/** One attention whose inputs lie where the backend computes, to be computed again and again. */
export interface PlacedAttention {
  /** Computes it once; the work is done when this returns, or when its promise is fulfilled. */
  attend(): void | Promise<void>;
  /** What the last call computed. */
  output(): Tensor | Promise<Tensor>;
  /** Most bytes in use at one time since `resetScratch`, beyond inputs and output. */
  scratchBytes(): number;
  /** Gives back the memory of inputs and output, not the backend. */
  release(): void;
}

/** Places the inputs in the backend's own memory, where it has one: on the device, or in its WebAssembly memory. */
export async function placeOn(backend: Backend, drawn: AttentionProblem): Promise<PlacedAttention> {
  if (isWebgpu(backend)) return placeOnDevice(backend, drawn);
  const { problem, into } = inMemoryOf(backend, drawn);
  const placement = into && { into };
  let output: Tensor | undefined;
  return {
    attend() {
      const result = backend.attention(problem, {}, placement);
      if (!(result instanceof Promise)) output = result.output;
      else
        return result.then((done) => {
          output = done.output;
        });
    },
    output: () => output!,
    scratchBytes: () => backend.scratchBytes(),
    release() {
      output = undefined;
    },
  };
}

/** Tensors of the device; the output of a call is freed by the one that follows. */
async function placeOnDevice(gpu: GpuBackend, drawn: AttentionProblem): Promise<PlacedAttention> {
  // A cell's problem has neither a past nor a bias.
  const { query, key, value, past: _past, bias: _bias, ...rest } = drawn;
  const upload = (source: Tensor): Promise<GpuTensor> => gpu.upload(source as Tensor<DeviceDType>);
  const problem = { ...rest, query: await upload(query), key: await upload(key), value: await upload(value) };
  const placed = [problem.query, problem.key, problem.value];
  let output: GpuTensor | undefined;
  return {
    async attend() {
      const previous = output;
      output = (await gpu.attend(problem)).output;
      if (previous) gpu.free(previous);
      gpu.submit();
      await gpu.device.queue.onSubmittedWorkDone();
    },
    output: () => gpu.download(output!),
    scratchBytes: () => Math.max(0, gpu.scratchBytes() - gpu.memory().bytesInUse),
    release() {
      for (const tensor of [...placed, ...(output ? [output] : [])]) gpu.free(tensor);
      output = undefined;
      gpu.submit();
    },
  };
}
