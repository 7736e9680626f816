import { lendNavigatorGpu } from "@xattn/gpu/browser";
import { UnsupportedError } from "@xattn/measures";
import type { PreparedPeer } from "../peer.ts";

/** Prepares a library with `navigator.gpu` in place, which stays there until it is disposed of. */
export async function withNavigatorGpu(prepare: () => Promise<PreparedPeer>): Promise<PreparedPeer> {
  const giveBack = await lendNavigatorGpu();
  try {
    const prepared = await prepare();
    return {
      ...prepared,
      async dispose() {
        await prepared.dispose();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** A device computes with the threads that it has. */
export function needOneThread(threads: number): void {
  if (threads > 1) throw new UnsupportedError("threads: on webgpu the caller has one thread, and the device its own");
}
