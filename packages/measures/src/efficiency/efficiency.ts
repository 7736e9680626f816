import { type AttentionProblem, randomNormal, seededRandom, type Tensor } from "@xattn/core";
import { type CpuBackend, createCpuBackend } from "@xattn/cpu";
import { z } from "zod";
import type { Arm, Parameters, TimedMeasure } from "../contract/measure.ts";
import { type EfficiencyShape, efficiencyShapes, sparseMasks } from "./shapes.ts";

/** What is timed at a shape: the attention, the same number of multiply-adds in registers alone, or less or more of it. */
export const workNames = ["attention", "peak", "vjp", ...Object.keys(sparseMasks)] as const;

/**
 * Milliseconds of the cpu backend's kernels at one shape, on one thread, inputs in its memory. The ratio of `peak` to
 * `attention` is the part of the core's multiply-adds that the kernel reaches; that of a mask, what it saves.
 */
export function efficiency(): TimedMeasure<"time"> {
  return {
    kind: "timed",
    name: "efficiency",
    version: 1,
    description:
      "Time of the cpu backend's attention beside what the core could do, and beside masked and backward work.",
    parameters: {
      shape: z.enum(Object.keys(efficiencyShapes) as [string, ...string[]]),
      work: z.enum(workNames as unknown as [string, ...string[]]),
    },
    columns: { time: { kind: "sampled", unit: "ms", description: "Median time of the work." } },
    exclusive: true,
    arms: ["work"],
    baseline: { work: "attention" },
    prepare,
  };
}

async function prepare(cell: Parameters, { seed }: { readonly seed: number }): Promise<Arm> {
  const shape = efficiencyShapes[cell.shape as string]!;
  const backend = await createCpuBackend({ threads: 1 });
  return { call: workOf(cell.work as string, shape, backend, seed), dispose: () => backend.dispose() };
}

function workOf(work: string, shape: EfficiencyShape, backend: CpuBackend, seed: number): () => void {
  const { heads, n, m, d } = shape;
  if (work === "peak") {
    const peak = backend.peak();
    const rounds = Math.round((2 * heads * n * m * d) / peak.multiplyAdds);
    return () => peak.run(rounds);
  }
  const random = seededRandom(seed);
  const draw = (name: string, length: number): Tensor => {
    const placed = backend.tensor([1, heads, length, d]);
    placed.data.set(randomNormal(random.fork(name), placed.shape).data);
    return placed;
  };
  const mask = sparseMasks[work]?.(shape, seed);
  const problem: AttentionProblem = {
    query: draw("query", n),
    key: draw("key", m),
    value: draw("value", m),
    ...(mask && { mask }),
  };
  if (work === "vjp") {
    const gradient = draw("gradient", n);
    return () => void backend.vjp(problem, gradient);
  }
  const into = backend.tensor([1, heads, n, d]);
  return () => void backend.attention(problem, {}, { into });
}
