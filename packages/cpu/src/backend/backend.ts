import type { AttentionInputTangents, AttentionOutputs, AttentionProblem, Tensor } from "@xattn/core";
import type { CpuJvpOptions, CpuTangents } from "../gradients/jvp.ts";
import type { CpuGradients } from "../gradients/results.ts";
import type { CpuVjpOptions } from "../gradients/vjp.ts";
import { linearKernels } from "../linear/kernels.ts";
import { topKAttention } from "../top-k/top-k.ts";
import { exactKernels } from "./compute.ts";
import { jvp, vjp } from "./derivatives.ts";
import { type CpuOptions, type ForwardBackend, openBackend } from "./open.ts";

/** Attention of every variant but entmax by WebAssembly kernels, with its derivatives; float32 in and out. */
export interface CpuBackend extends ForwardBackend {
  /**
   * The vector-Jacobian product of `attention`, recomputing: memory linear in n + m.
   *
   * @param outputGradient [b, h, n, e]
   * @throws ShapeError, ArgumentError, MemoryLimitError when the problem or a gradient's shape is not sound
   * @throws UnsupportedError for top-k and entmax, float64 inputs, and a gradient by the weights of exact attention
   */
  vjp(problem: AttentionProblem, outputGradient: Tensor, options?: CpuVjpOptions): CpuGradients;
  /**
   * The Jacobian-vector product of `attention`.
   *
   * @param tangents directions in which the inputs move, each of its input's shape
   * @throws ShapeError, ArgumentError, MemoryLimitError when the problem or a tangent is not sound
   * @throws UnsupportedError for top-k and entmax, float64 inputs, and tangents of the weights of exact attention
   */
  jvp(
    problem: AttentionProblem,
    tangents: AttentionInputTangents,
    outputs?: AttentionOutputs,
    options?: CpuJvpOptions,
  ): CpuTangents;
}

/**
 * Starts a backend: picks the kernels for this engine and begins to start its threads, which keep no process from
 * exiting. `ready` waits for them.
 *
 * @throws ArgumentError when the engine does not have WebAssembly with SIMD, or an option is out of range
 */
export async function createCpuBackend(options: CpuOptions = {}): Promise<CpuBackend> {
  const { backend, run } = openBackend({ ...exactKernels, topK: topKAttention, ...linearKernels }, options);
  return {
    ...backend,
    vjp: (problem, outputGradient, options) => run((context) => vjp(context, problem, outputGradient, options)),
    jvp: (problem, tangents, outputs, options) => run((context) => jvp(context, problem, tangents, outputs, options)),
  };
}
