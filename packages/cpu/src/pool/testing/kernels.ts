/**
 * WebAssembly modules for the tests, assembled by hand. Every kernel is `(descriptor, unit, thread) -> void`; `mark`
 * below adds `unit + 1` to the word at `descriptor + 4 · unit`, so that a unit done twice shows.
 */

/** Byte addresses of the words that steer kernels; results go beyond. */
export const FLAG = {
  /** Count down from this before the unit. */
  delay: 0,
  /** In the kernels `…OnWorkers` workers count themselves here, and delays end when all expected are there. */
  arrived: 4,
  expected: 8,
  /** At this address + 4 · thread: the thread hangs while it is not zero. */
  hang: 16,
} as const;
export const RESULTS = 256;

const PAGES = 4;
const END = 0x0b;
const get = (local: number): number[] => [0x20, local];
const constant = (value: number): number[] => [0x41, value];
const atomicLoad = (address: number): number[] => [...constant(address), 0xfe, 0x10, 2, 0];
const addressOfUnit = [...get(0), ...get(1), ...constant(2), 0x74, 0x6a];
const store = [0x36, 2, 0];
const mark = [...addressOfUnit, ...get(1), ...constant(1), 0x6a, 0xfe, 0x1e, 2, 0, 0x1a];
/** Counts the word `FLAG.delay` down to zero in a local, or until the code leaves 1 on the stack. */
const delayUnless = (code: number[]): number[] => [
  ...[...atomicLoad(FLAG.delay), 0x21, 3],
  ...[0x02, 0x40, 0x03, 0x40, ...get(3), 0x45, 0x0d, 1, ...code, 0x0d, 1],
  ...[...get(3), ...constant(1), 0x6b, 0x21, 3, 0x0c, 0, END, END],
];
const delay = delayUnless(constant(0));
const arrive = [...constant(FLAG.arrived), ...constant(1), 0xfe, 0x1e, 2, 0, 0x1a];
const allArrived = [...atomicLoad(FLAG.arrived), ...atomicLoad(FLAG.expected), 0x4e];
const hangWhileFlagged = [
  ...[0x03, 0x40, ...constant(FLAG.hang), ...get(2), ...constant(2), 0x74, 0x6a, 0xfe, 0x10, 2, 0],
  ...[0x0d, 0, END],
];
const onWorkers = (code: number[], otherwise: number[] = []): number[] => [
  ...[...get(2), 0x04, 0x40, ...code, 0x05, ...otherwise],
  END,
];
const onUnit = (unit: number, code: number[]): number[] => [
  ...[...get(1), ...constant(unit), 0x46, 0x04, 0x40],
  ...[...code, END],
];
const unreachable = [0x00];

const bodies = {
  empty: [],
  mark,
  /** Stores the thread's number + 1 instead of a mark. */
  who: [...delay, ...addressOfUnit, ...get(2), ...constant(1), 0x6a, ...store],
  trapAtUnit3: [...delay, ...onUnit(3, unreachable), ...mark],
  trapOnWorkers: [...onWorkers([...arrive, ...unreachable], delayUnless(allArrived)), ...mark],
  trapOnMain: [...onWorkers([...arrive, ...delay], [...delayUnless(allArrived), ...unreachable]), ...mark],
  hangOnWorkers: [...onWorkers(arrive), ...delayUnless(allArrived), ...hangWhileFlagged, ...mark],
} satisfies Record<string, number[]>;

export type KernelName = keyof typeof bodies;

export const createMemory = (shared = true): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });

/** A module with the kernels of these names. */
export function compileKernels(names: readonly KernelName[], shared = true): WebAssembly.Module {
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(2, [1, ...text("env"), ...text("memory"), 2, shared ? 3 : 1, PAGES, PAGES]),
    ...section(3, [names.length, ...names.map(() => 0)]),
    ...section(7, [names.length, ...names.flatMap((name, index) => [...text(name), 0, index])]),
    ...section(10, [names.length, ...names.flatMap((name) => sized([1, 1, 0x7f, ...bodies[name], END]))]),
  ];
  return new WebAssembly.Module(new Uint8Array(bytes));
}

const text = (value: string): number[] => sized([...value].map((letter) => letter.charCodeAt(0)));
const section = (id: number, content: number[]): number[] => [id, ...sized(content)];
/** The length in two bytes of LEB128, and the content. */
const sized = (content: number[]): number[] => [(content.length & 127) | 128, content.length >> 7, ...content];
