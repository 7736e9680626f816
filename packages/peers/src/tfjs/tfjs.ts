import { UnsupportedError } from "@xattn/measures";
import { additiveBias } from "../inputs/bias.ts";
import { repeatHeads } from "../inputs/layout.ts";
import type { PeerProblem } from "../inputs/problem.ts";
import type { Peer, PreparedPeer } from "../peer.ts";
import { pinned } from "../vendor/folder.ts";
import { load } from "../vendor/load.ts";

export interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

export interface Tf {
  enableProdMode(): void;
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  tidy(compute: () => TfTensor): TfTensor;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  matMul(left: TfTensor, right: TfTensor, transposeLeft?: boolean, transposeRight?: boolean): TfTensor;
  mul(left: TfTensor, right: number): TfTensor;
  add(left: TfTensor, right: TfTensor): TfTensor;
  softmax(logits: TfTensor): TfTensor;
  transpose(matrix: TfTensor): TfTensor;
  stack(parts: readonly TfTensor[]): TfTensor;
}

type BackendName = "wasm" | "cpu";

/** An attention over tensors that were made once. */
export interface Form {
  readonly inputs: readonly TfTensor[];
  readonly compute: () => TfTensor;
}

/** All heads at once: matMul, softmax and matMul over [h, rows, width], as one writes it. */
export function batched(tf: Tf, { shape, query, key, value }: PeerProblem): Form {
  const { heads, keyHeads, n, m, d, e } = shape;
  const queries = tf.tensor(query, [heads, n, d]);
  const keys = tf.tensor(repeatHeads(key, keyHeads, heads), [heads, m, d]);
  const values = tf.tensor(repeatHeads(value, keyHeads, heads), [heads, m, e]);
  const bias = biasOf(tf, shape);
  return {
    inputs: [queries, keys, values, ...(bias ? [bias] : [])],
    compute() {
      const logits = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(d));
      return tf.matMul(tf.softmax(bias ? tf.add(logits, bias) : logits), values);
    },
  };
}

/**
 * Head by head over matrices, keys transposed beforehand: only the product of two matrices that are not to be
 * transposed reaches XNNPACK in this library, whose other products are simple loops.
 */
function headByHead(tf: Tf, { shape, query, key, value }: PeerProblem): Form {
  const { heads, keyHeads, n, m, d, e } = shape;
  const split = (data: Float32Array, count: number, rows: number, width: number) =>
    Array.from({ length: count }, (_, head) =>
      tf.tensor(data.slice(head * rows * width, (head + 1) * rows * width), [rows, width]),
    );
  const queries = split(query, heads, n, d);
  const keys = split(key, keyHeads, m, d);
  const values = split(value, keyHeads, m, e);
  const bias = biasOf(tf, shape);
  const group = heads / keyHeads;
  return {
    inputs: [...queries, ...keys, ...values, ...(bias ? [bias] : [])],
    compute: () =>
      tf.stack(
        queries.map((matrix, head) => {
          const served = Math.floor(head / group);
          const logits = tf.matMul(tf.mul(matrix, 1 / Math.sqrt(d)), tf.transpose(keys[served]!));
          return tf.matMul(tf.softmax(bias ? tf.add(logits, bias) : logits), values[served]!);
        }),
      ),
  };
}

function biasOf(tf: Tf, shape: PeerProblem["shape"]): TfTensor | undefined {
  const bias = additiveBias(shape);
  return bias && tf.tensor(bias, [shape.n, shape.m]);
}

/** TensorFlow.js; in Node its WebAssembly backend has no threads (github.com/tensorflow/tfjs/issues/3830). */
function tfjs(name: string, title: string, backend: BackendName, form: typeof batched): Peer {
  return {
    name,
    title,
    versions: pinned("@tensorflow/tfjs-core", `@tensorflow/tfjs-backend-${backend}`),
    async create(problem, threads) {
      if (threads > 1) throw new UnsupportedError(`threads: tfjs ${backend} computes on one thread in Node`);
      const tf = await open(backend);
      const { inputs, compute } = form(tf, problem);
      return prepare(tf, backend, inputs, compute);
    },
  };
}

async function open(backend: BackendName): Promise<Tf> {
  const tf = load<Tf>("@tensorflow/tfjs-core");
  tf.enableProdMode();
  if (backend === "wasm") {
    load<{ setThreadsCount(threads: number): void }>("@tensorflow/tfjs-backend-wasm").setThreadsCount(1);
  } else {
    load<unknown>("@tensorflow/tfjs-backend-cpu");
  }
  await tf.setBackend(backend);
  return tf;
}

/** Both backends compute at once; the last output is kept and freed by the call that follows. */
function prepare(tf: Tf, backend: BackendName, inputs: readonly TfTensor[], compute: () => TfTensor): PreparedPeer {
  let last: TfTensor | undefined;
  const attend = () => {
    const next = tf.tidy(compute);
    last?.dispose();
    last = next;
  };
  return {
    run() {
      // The library has one backend at a time; a switch binds its kernels anew, once for many calls in a row.
      if (tf.getBackend() === backend) return attend();
      return tf.setBackend(backend).then(attend);
    },
    output: () => last!.dataSync(),
    dispose() {
      for (const tensor of [...inputs, ...(last ? [last] : [])]) tensor.dispose();
    },
  };
}

export const tfjsWasm = tfjs("tfjs-wasm", "tfjs on WebAssembly, batched matMul, softmax, matMul", "wasm", batched);

export const tfjsWasmHeads = tfjs(
  "tfjs-wasm-heads",
  "tfjs on WebAssembly, head by head with keys transposed, which reaches XNNPACK",
  "wasm",
  headByHead,
);

export const tfjsCpu = tfjs("tfjs-cpu", "tfjs in JavaScript, batched matMul, softmax, matMul", "cpu", batched);
