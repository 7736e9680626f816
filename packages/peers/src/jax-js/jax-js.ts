import { UnsupportedError } from "@xattn/measures";
import { additiveBias } from "../inputs/bias.ts";
import { repeatHeads } from "../inputs/layout.ts";
import type { PeerProblem } from "../inputs/problem.ts";
import type { Peer, PreparedPeer } from "../peer.ts";
import { pinned } from "../vendor/folder.ts";
import { load } from "../vendor/load.ts";
import { needOneThread, withNavigatorGpu } from "../webgpu/lent.ts";

/** Arrays are counted references: an operation consumes its arguments, and `ref` makes one more. */
interface JaxArray {
  readonly ref: JaxArray;
  mul(factor: number): JaxArray;
  add(other: JaxArray): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  blockUntilReady(): Promise<JaxArray>;
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Device = "wasm" | "webgpu";

type Traced = (...inputs: JaxArray[]) => JaxArray;

interface Jax {
  init(device: Device): Promise<unknown>;
  defaultDevice(device: Device): unknown;
  jit(traced: Traced): Traced & { dispose?: () => void };
  readonly numpy: {
    array(data: Float32Array): JaxArray;
    einsum(subscripts: string, left: JaxArray, right: JaxArray): JaxArray;
  };
  readonly nn: { softmax(logits: JaxArray, axis: number): JaxArray };
}

/**
 * Two einsum and a softmax under jit, which is the library's `nn.dotProductAttention` without the transpositions that
 * the layout [rows, heads, width] costs. Heads are repeated where queries are grouped.
 */
async function prepare(device: Device, { shape, query, key, value }: PeerProblem): Promise<PreparedPeer> {
  const jax = load<Jax>("@jax-js/jax");
  await jax.init(device);
  jax.defaultDevice(device);
  const { heads, keyHeads, n, m, d, e } = shape;
  const array = (data: Float32Array, ...axes: readonly number[]) => jax.numpy.array(data).reshape(axes);
  const bias = additiveBias(shape);
  const inputs = [
    array(query, heads, n, d),
    array(repeatHeads(key, keyHeads, heads), heads, m, d),
    array(repeatHeads(value, keyHeads, heads), heads, m, e),
    ...(bias ? [array(bias, 1, n, m)] : []),
  ];
  const attend = jax.jit((queries, keys, values, masked) => {
    const logits = jax.numpy.einsum("hnd,hmd->hnm", queries!.mul(1 / Math.sqrt(d)), keys!);
    const weights = jax.nn.softmax(masked ? logits.add(masked) : logits, -1);
    return jax.numpy.einsum("hnm,hme->hne", weights, values!);
  });
  let last: JaxArray | undefined;
  return {
    async run() {
      const next = attend(...inputs.map((input) => input.ref));
      await next.blockUntilReady();
      last?.dispose();
      last = next;
    },
    output: () => last!.ref.data(),
    dispose() {
      for (const held of [...inputs, ...(last ? [last] : [])]) held.dispose();
      attend.dispose?.();
    },
  };
}

/** jax-js on WebAssembly; in Node it computes on one thread. */
export const jaxJs: Peer = {
  name: "jax-js",
  title: "jax-js on WebAssembly, einsum, softmax and einsum under jit",
  versions: pinned("@jax-js/jax"),
  async create(problem, threads) {
    if (threads > 1) throw new UnsupportedError("threads: jax-js computes on one thread in Node");
    return prepare("wasm", problem);
  },
};

export const jaxJsWebgpu: Peer = {
  name: "jax-js-webgpu",
  title: "jax-js on WebGPU, einsum, softmax and einsum under jit",
  versions: pinned("@jax-js/jax"),
  async create(problem, threads) {
    needOneThread(threads);
    return withNavigatorGpu(() => prepare("webgpu", problem));
  },
};
