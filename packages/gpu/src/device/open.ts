import { NoAdapterError } from "../errors/errors.ts";

/** An adapter and where it came from, for people. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  /** "navigator.gpu", "webgpu" (the package) or "software" (the package's SwiftShader). */
  readonly source: string;
}

export interface AdapterWish {
  readonly powerPreference?: GPUPowerPreference;
  /** Take the software adapter even where there is a GPU. */
  readonly software?: boolean;
}

/**
 * The first adapter there is: of `navigator.gpu`, else in Node of the package `webgpu`, else in Node a software one.
 *
 * @throws NoAdapterError with the reason of each that failed
 */
export async function findAdapter(wish: AdapterWish): Promise<FoundAdapter> {
  const reasons: string[] = [];
  const own = typeof navigator === "undefined" ? undefined : (navigator as { readonly gpu?: GPU }).gpu;
  if (own) {
    const adapter = await own.requestAdapter({
      ...(wish.powerPreference && { powerPreference: wish.powerPreference }),
      ...(wish.software && { forceFallbackAdapter: true }),
    });
    if (adapter) return { adapter, source: "navigator.gpu" };
    reasons.push("navigator.gpu has no adapter");
  } else {
    reasons.push("there is no navigator.gpu");
  }
  if (isNode()) {
    const { findNodeAdapter } = await import("./node/find.ts");
    const found = await findNodeAdapter(wish, reasons);
    if (found) return found;
  }
  throw new NoAdapterError(`no WebGPU adapter: ${reasons.join("; ")}`);
}

function isNode(): boolean {
  return typeof process !== "undefined" && typeof process.versions?.node === "string";
}
