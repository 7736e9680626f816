export { type PeerProblem, problemOf } from "./inputs/problem.ts";
export { peerAccuracy } from "./measure/peer-accuracy.ts";
export { type PeerTimeOptions, peerTime } from "./measure/peer-time.ts";
export { AccuracyError } from "./measure/prepare.ts";
export type { WithSetUp } from "./measure/set-up.ts";
export type { Peer, PreparedPeer } from "./peer.ts";
export { type PeerBackend, peerBackends, peerNames, peerOf, peers, webgpuPeers } from "./peers.ts";
export { type AttentionShape, shapeNames, shapeOf } from "./shape/shape.ts";
export { FetchError, type FetchOptions, fetchPeers } from "./vendor/fetch.ts";
