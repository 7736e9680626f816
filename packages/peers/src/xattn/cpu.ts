import type { Tensor } from "@xattn/core";
import { type CpuBackend, createCpuBackend } from "@xattn/cpu";
import { UnsupportedError } from "@xattn/measures";
import type { Peer } from "../peer.ts";
import { toAttentionProblem } from "./attention-problem.ts";

/** The project's kernels in WebAssembly, with inputs and output where the kernels compute: nothing is copied. */
export const xattn: Peer = {
  name: "xattn",
  title: "xattn in WebAssembly, inputs and output in its memory",
  versions: {},
  async create(problem, threads) {
    const backend = await open(threads);
    const attention = toAttentionProblem(problem, (shape) => backend.tensor(shape));
    const { heads, n, e } = problem.shape;
    const into = backend.tensor([1, heads, n, e]);
    return {
      run() {
        backend.attention(attention, {}, { into });
      },
      output: () => into.data,
      dispose: () => backend.dispose(),
    };
  },
};

/** The same kernels for inputs in ordinary arrays: every call copies them in, and the output out. */
export const xattnCopies: Peer = {
  name: "xattn-copies",
  title: "xattn in WebAssembly, inputs and output copied in every call",
  versions: {},
  async create(problem, threads) {
    const backend = await open(threads);
    const attention = toAttentionProblem(problem);
    let last: Tensor | undefined;
    return {
      run() {
        last = backend.attention(attention, {}).output;
      },
      output: () => last!.data as Float32Array,
      dispose: () => backend.dispose(),
    };
  },
};

async function open(threads: number): Promise<CpuBackend> {
  const backend = await createCpuBackend({ threads });
  await backend.ready();
  if (backend.threads === threads) return backend;
  backend.dispose();
  throw new UnsupportedError(`threads: xattn gets ${backend.threads} here, and ${threads} are asked for`);
}
