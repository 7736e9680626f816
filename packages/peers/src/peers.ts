import { UnsupportedError } from "@xattn/measures";
import { jaxJs, jaxJsWebgpu } from "./jax-js/jax-js.ts";
import {
  onnxruntimeNodeAttention,
  onnxruntimeNodeMatmul,
  onnxruntimeNodeMultiHead,
} from "./onnxruntime-node/onnxruntime-node.ts";
import { onnxruntimeWeb } from "./onnxruntime-web/onnxruntime-web.ts";
import type { Peer } from "./peer.ts";
import { tfjsCpu, tfjsWasm, tfjsWasmHeads } from "./tfjs/tfjs.ts";
import {
  onnxruntimeJsepMatmul,
  onnxruntimeJsepMha,
  onnxruntimeWebgpuMatmul,
  onnxruntimeWebgpuMha,
} from "./webgpu/onnxruntime.ts";
import { tfjsWebgpu } from "./webgpu/tfjs.ts";
import { xattn, xattnCopies } from "./xattn/cpu.ts";
import { xattnPlain } from "./xattn/plain.ts";
import { xattnWebgpu } from "./xattn/webgpu.ts";

/** All that attention is compared between, in the order in which charts list them. */
export const peers: readonly Peer[] = [
  xattn,
  xattnCopies,
  xattnPlain,
  onnxruntimeNodeMultiHead,
  onnxruntimeNodeAttention,
  onnxruntimeNodeMatmul,
  onnxruntimeWeb,
  jaxJs,
  tfjsWasm,
  tfjsWasmHeads,
  tfjsCpu,
];

/** The same on WebGPU, where "xattn" is this project's WGSL. */
export const webgpuPeers: readonly Peer[] = [
  xattnWebgpu,
  onnxruntimeWebgpuMha,
  onnxruntimeWebgpuMatmul,
  onnxruntimeJsepMha,
  onnxruntimeJsepMatmul,
  jaxJsWebgpu,
  tfjsWebgpu,
];

/** What peers compute on. */
export const peerBackends = ["cpu", "webgpu"] as const;
export type PeerBackend = (typeof peerBackends)[number];

const byBackend: Readonly<Record<PeerBackend, readonly Peer[]>> = { cpu: peers, webgpu: webgpuPeers };

/** Names of all peers; "xattn" is there on both backends. */
export const peerNames: readonly string[] = [...new Set([...peers, ...webgpuPeers].map(({ name }) => name))];

/**
 * @throws RangeError when there is none of that name
 * @throws UnsupportedError when it is one of the other backend
 */
export function peerOf(name: string, backend: PeerBackend = "cpu"): Peer {
  const peer = byBackend[backend].find((candidate) => candidate.name === name);
  if (peer) return peer;
  if (peerNames.includes(name)) throw new UnsupportedError(`peer: ${name} does not compute on ${backend}`);
  throw new RangeError(`peer: "${name}" is not one of ${peerNames.join(", ")}`);
}

/** Whether a peer is one of this project's own backends, which is always there. */
export function isOwn(peer: Peer): boolean {
  return Object.keys(peer.versions).length === 0;
}
