import type { Parameters } from "@xattn/measures";
import { isOwn, peers, webgpuPeers } from "../peers.ts";
import { fetchPeers } from "../vendor/fetch.ts";

/** A measure that needs something beside the install, and gets it when the first run wants it. */
export interface WithSetUp {
  /**
   * Called once, before cells are run.
   *
   * @param cells what is going to be run
   * @param say told, a line at a time, what is done that takes long or leaves something behind
   */
  setUp(cells: Iterable<Parameters>, say: (line: string) => void): Promise<void>;
}

const ownNames = new Set([...peers, ...webgpuPeers].filter(isOwn).map(({ name }) => name));

/** Fetches the peers when a cell asks for one that is not this project's own. */
export async function setUpPeers(cells: Iterable<Parameters>, say: (line: string) => void): Promise<void> {
  for (const { peer } of cells) if (typeof peer === "string" && !ownNames.has(peer)) return fetchPeers({ say });
}
