import { importPackage, resolvePackage } from "../device/node/packages.ts";
import { requestAdapter } from "./adapter.ts";

let lent = 0;
let takeBack = () => {};

/**
 * Gives libraries that expect a browser `navigator.gpu` and WebGPU's constants as globals of this Node process, on the
 * adapter that `requestAdapter` finds. Counted: what this returns takes them back once everybody has given back.
 *
 * @throws NoAdapterError when there is no adapter
 */
export async function lendNavigatorGpu(): Promise<() => void> {
  if (lent === 0) {
    const main = resolvePackage("webgpu");
    await requestAdapter();
    if (lent === 0) takeBack = main === undefined ? () => {} : place(await constantsOf(main));
  }
  lent += 1;
  let given = false;
  return () => {
    if (given) return;
    given = true;
    lent -= 1;
    if (lent === 0) takeBack();
  };
}

async function constantsOf(main: string): Promise<Readonly<Record<string, unknown>>> {
  return (await importPackage<{ readonly globals: Readonly<Record<string, unknown>> }>(main)).globals;
}

/** Sets what is missing, and returns how to unset it. */
function place(constants: Readonly<Record<string, unknown>>): () => void {
  if ((globalThis.navigator as { readonly gpu?: GPU } | undefined)?.gpu) return () => {};
  const set = Object.entries(constants).filter(([name]) => !(name in globalThis));
  for (const [name, value] of set) Object.assign(globalThis, { [name]: value });
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  // Looked at once: libraries may ask after it is taken back from others.
  const gpu = { requestAdapter: openAdapter, getPreferredCanvasFormat: () => "bgra8unorm" };
  const navigator = Object.create(globalThis.navigator ?? {}, { gpu: { value: gpu, enumerable: true } });
  for (const name of ["hardwareConcurrency", "userAgent", "platform", "language"] as const) {
    const value = globalThis.navigator?.[name];
    Object.defineProperty(navigator, name, { value });
  }
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, enumerable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else Reflect.deleteProperty(globalThis, "navigator");
    for (const [name] of set) Reflect.deleteProperty(globalThis, name);
  };
}

/** Browsers let a buffer be written from shared memory; the package `webgpu` does not. */
async function openAdapter(): Promise<GPUAdapter> {
  const shown = globalThis.navigator;
  // The search looks at `navigator.gpu` first, which is this very one.
  Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true, enumerable: true });
  try {
    const { adapter } = await requestAdapter();
    const requestDevice = adapter.requestDevice.bind(adapter);
    Object.defineProperty(adapter, "requestDevice", {
      value: async (descriptor?: GPUDeviceDescriptor) => withSharedWrites(await requestDevice(descriptor)),
    });
    return adapter;
  } finally {
    Object.defineProperty(globalThis, "navigator", { value: shown, configurable: true, enumerable: true });
  }
}

function withSharedWrites(device: GPUDevice): GPUDevice {
  const { queue } = device;
  const write = queue.writeBuffer.bind(queue);
  const writeBuffer = (
    buffer: GPUBuffer,
    at: number,
    data: ArrayBuffer | SharedArrayBuffer | Uint8Array<ArrayBufferLike>,
    ...range: [number?, number?]
  ) => {
    const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
    if (view.buffer instanceof ArrayBuffer) return write(buffer, at, data as ArrayBuffer, ...range);
    const [from = 0, count = view.length - from] = range;
    return write(buffer, at, view.slice(from, from + count) as Uint8Array<ArrayBuffer>);
  };
  Object.defineProperty(queue, "writeBuffer", { value: writeBuffer });
  return device;
}
