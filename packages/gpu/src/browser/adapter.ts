import { type AdapterWish, type FoundAdapter, findAdapter } from "../device/open.ts";

/**
 * The adapter that `createGpuBackend` would ask for a device, and where it came from: to look at its limits and
 * features, or to hand it to a library that expects `navigator.gpu`. An adapter gives one device.
 *
 * @throws NoAdapterError with the reasons when there is none
 */
export function requestAdapter(wish: AdapterWish = {}): Promise<FoundAdapter> {
  return findAdapter(wish);
}
