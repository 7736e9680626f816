import { createBackend, type Tensor } from "@xattn/core";
import { UnsupportedError } from "@xattn/measures";
import type { Peer } from "../peer.ts";
import { toAttentionProblem } from "./attention-problem.ts";

/** This project's kernels in plain TypeScript, the output allocated in every call. */
export const xattnPlain: Peer = {
  name: "xattn-plain",
  title: "xattn in plain TypeScript, without WebAssembly",
  versions: {},
  async create(problem, threads) {
    if (threads > 1) throw new UnsupportedError("threads: the plain backend computes on one thread");
    const backend = createBackend("plain");
    const attention = toAttentionProblem(problem);
    let last: Tensor | undefined;
    return {
      run() {
        last = backend.attention(attention).output;
      },
      output: () => last!.data as Float32Array,
      dispose: () => backend.dispose(),
    };
  },
};
