import { jaxJs } from "./jax-js/jax-js.ts";
import {
  onnxruntimeNodeAttention,
  onnxruntimeNodeMatmul,
  onnxruntimeNodeMultiHead,
} from "./onnxruntime-node/onnxruntime-node.ts";
import { onnxruntimeWeb } from "./onnxruntime-web/onnxruntime-web.ts";
import type { Peer } from "./peer.ts";
import { tfjsCpu, tfjsWasm, tfjsWasmHeads } from "./tfjs/tfjs.ts";
import { xattn, xattnCopies } from "./xattn/cpu.ts";
import { xattnPlain } from "./xattn/plain.ts";

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

export const peerNames: readonly string[] = peers.map(({ name }) => name);

/** @throws RangeError when there is none of that name */
export function peerOf(name: string): Peer {
  const peer = peers.find((candidate) => candidate.name === name);
  if (!peer) throw new RangeError(`peer: "${name}" is not one of ${peerNames.join(", ")}`);
  return peer;
}

/** Whether a peer is one of this project's own backends, which is always there. */
export function isOwn(peer: Peer): boolean {
  return Object.keys(peer.versions).length === 0;
}
