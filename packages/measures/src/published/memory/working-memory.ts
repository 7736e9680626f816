import { attentionCost, type ProblemSizes, type Variant } from "@xattn/core";
import { z } from "zod";
import { inMemoryOf, withBackend } from "../../cell/backends.ts";
import { problemOf } from "../../cell/problem.ts";
import { wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure } from "../../contract/measure.ts";

/**
 * "standard" keeps all weights; "fixed chunk" takes keys 128 at a time, "√n chunk" ⌈√n⌉ at a time, both on the plain
 * backend; "fused" is the cpu backend, whose kernels keep a tile of scores and packed copies of keys and values.
 */
export const memoryMethods = ["standard", "fixed chunk", "√n chunk", "fused"] as const;
type MemoryMethod = (typeof memoryMethods)[number];

const fixedChunk = 128;
/** 2 GiB of float32 weights. */
const mostWeights = 2 ** 29;

/**
 * Memory that self-attention of n queries and n keys takes beyond inputs and output, the high-water mark of the backend
 * that computes it, and how many times less that is than what standard attention takes. "standard" and the chunked
 * methods run on the plain backend. Inputs of "fused" lie in the backend's own memory, so that they are not counted.
 */
export function workingMemory(): DirectMeasure<"workingBytes" | "bytesPerToken" | "reduction"> {
  return {
    kind: "direct",
    name: "workingMemory",
    version: 1,
    description: "Memory of self-attention beyond inputs and output, by method, against that of all weights.",
    parameters: {
      method: z.enum(memoryMethods),
      n: wholeNumber("tokens n", 1, 65_536),
      d: wholeNumber("head dimension d", 1, 1024),
    },
    columns: {
      workingBytes: deterministic("bytes", "Most bytes in use at one time beyond inputs and output."),
      bytesPerToken: deterministic("bytes", "workingBytes / n."),
      reduction: deterministic("1", "Bytes of standard attention on the plain backend / workingBytes."),
    },
    exclusive: false,
    check: ({ method, n }) =>
      method === "standard" && Number(n) ** 2 > mostWeights
        ? `standard attention would keep ${Number(n) ** 2} weights, and at most ${mostWeights} are allowed`
        : undefined,
    run(cell, { seed }) {
      const method = cell.method as MemoryMethod;
      const [n, d] = [cell.n as number, cell.d as number];
      const sizes: ProblemSizes = { batch: 1, heads: 1, keyHeads: 1, n, m: n, d, e: d };
      return withBackend({ backend: method === "fused" ? "cpu" : "plain" }, async (backend) => {
        const drawn = problemOf(
          { sizes, variant: variantOf(method, n), mask: undefined, dtype: "float32", scale: 1 },
          seed,
        );
        const { problem, into } = inMemoryOf(backend, drawn);
        backend.resetScratch();
        await backend.attention(problem, {}, into && { into });
        const workingBytes = backend.scratchBytes();
        const { extraBytes } = attentionCost({ kind: "standard" }, sizes);
        return { workingBytes, bytesPerToken: workingBytes / n, reduction: extraBytes / workingBytes };
      });
    },
  };
}

function variantOf(method: MemoryMethod, n: number): Variant {
  switch (method) {
    case "standard":
      return { kind: "standard" };
    case "fixed chunk":
      return { kind: "chunked", chunk: fixedChunk };
    case "√n chunk":
      return { kind: "chunked", chunk: Math.ceil(Math.sqrt(n)) };
    case "fused":
      return { kind: "chunked" };
  }
}
