import {
  ASLEEP,
  BUSY,
  DESCRIPTOR,
  EPOCH,
  FAILED_THREAD,
  FAILED_UNIT,
  FAILURE_LENGTH,
  FAILURE_TEXT,
  FAILURE_TEXT_LENGTH,
  IDLE,
  KERNEL,
  MAIN_WAITS,
  MODULE,
  NEXT,
  NO_MORE_UNITS,
  OPEN,
  POSTED,
  SPIN_MILLISECONDS,
  UNITS,
} from "./words.ts";

/** The first message to a worker. */
export interface Welcome {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  /** Index of this worker's state. */
  readonly state: number;
  readonly modules: readonly WebAssembly.Module[];
}

/**
 * The program of a worker, as text: it has to run from a bundle, in Node and in browsers, without a file of its own.
 * It is the worker's side of the protocol described in `pool.ts`. `turn` returns, to the event loop, only when a module
 * has been posted that has not arrived yet.
 */
export const WORKER_SOURCE = `
const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? self;
const { load, store, add, notify, wait, compareExchange } = Atomics;
const kernels = [];
let words, memory, thread, state, seen = 0;

const receive = (module) => {
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    kernels.push(WebAssembly.Module.exports(module).map(({ name }) => exports[name]));
  } catch {
    kernels.push([]);
  }
};

const work = () => {
  const kernel = kernels[words[${MODULE}]][words[${KERNEL}]];
  const descriptor = words[${DESCRIPTOR}], units = words[${UNITS}];
  let unit;
  try {
    while (kernel && (unit = add(words, ${NEXT}, 1)) < units) kernel(descriptor, unit, thread);
  } catch (error) {
    store(words, ${NEXT}, ${NO_MORE_UNITS});
    if (compareExchange(words, ${FAILED_THREAD}, 0, thread)) return;
    const text = String(error?.message ?? error).slice(0, ${FAILURE_TEXT_LENGTH});
    words[${FAILED_UNIT}] = unit;
    words[${FAILURE_LENGTH}] = text.length;
    for (let i = 0; i < text.length; i++) words[${FAILURE_TEXT} + i] = text.charCodeAt(i);
  }
};

const isSeen = () => load(words, ${EPOCH}) === seen;

const spin = () => {
  const end = performance.now() + ${SPIN_MILLISECONDS};
  do for (let i = 0; i < 64; i++) if (!isSeen()) return;
  while (performance.now() < end);
};

const turn = () => {
  for (;;) {
    spin();
    if (isSeen()) {
      store(words, state, ${ASLEEP});
      wait(words, ${EPOCH}, seen);
      store(words, state, ${IDLE});
    }
    const epoch = load(words, ${EPOCH});
    if (kernels.length < load(words, ${POSTED})) return;
    seen = epoch;
    store(words, state, ${BUSY});
    if (load(words, ${OPEN})) work();
    store(words, state, ${IDLE});
    if (load(words, ${MAIN_WAITS})) notify(words, state);
  }
};

port.onmessage = ({ data }) => {
  if (words) receive(data);
  else {
    ({ words, memory, thread, state } = data);
    data.modules.forEach(receive);
    store(words, state, ${IDLE});
    port.postMessage(0);
  }
  setTimeout(turn);
};
`;
