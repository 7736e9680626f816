import { type Code, signed, unsigned } from "./code.ts";

/*
 * Instructions as functions from operands to code, by the names of the WebAssembly text format. Opcodes: WebAssembly
 * Core Specification 2.0, section 5.4, and the relaxed SIMD proposal.
 */

type Binary = (left: Code, right: Code) => Code;
type Unary = (value: Code) => Code;
type Load = (address: Code, offset?: number) => Code;
type Store = (address: Code, value: Code, offset?: number) => Code;

const unary =
  (...opcode: number[]): Unary =>
  (value) => [value, opcode];

const binary =
  (...opcode: number[]): Binary =>
  (left, right) => [left, right, opcode];

/** Alignment is a hint; every access here may be unaligned but for its element. */
const load =
  (opcode: readonly number[], alignment = 2): Load =>
  (address, offset = 0) => [address, opcode, alignment, unsigned(offset)];

const store =
  (opcode: readonly number[], alignment = 2): Store =>
  (address, value, offset = 0) => [address, value, opcode, alignment, unsigned(offset)];

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const simdUnary = (opcode: number) => unary(...simd(opcode));
const simdBinary = (opcode: number) => binary(...simd(opcode));

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  load: load([0x28]),
  load8U: load([0x2d], 0),
  load16U: load([0x2f], 1),
  store: store([0x36]),
  store8: store([0x3a], 0),
  store16: store([0x3b], 1),
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltS: binary(0x48),
  ltU: binary(0x49),
  gtS: binary(0x4a),
  leS: binary(0x4c),
  geS: binary(0x4e),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  divU: binary(0x6e),
  remU: binary(0x70),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrU: binary(0x76),
  ctz: unary(0x68),
  reinterpretF32: unary(0xbc),
} as const;

export const f32 = {
  const: (value: number): Code => [0x43, [...new Uint8Array(new Float32Array([value]).buffer)]],
  load: load([0x2a]),
  store: store([0x38]),
  eq: binary(0x5b),
  ne: binary(0x5c),
  lt: binary(0x5d),
  gt: binary(0x5e),
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  min: binary(0x96),
  max: binary(0x97),
  convertI32S: unary(0xb2),
  reinterpretI32: unary(0xbe),
} as const;

export const v128 = {
  load: load(simd(0x00)),
  load32Splat: load(simd(0x09)),
  load64Zero: load(simd(0x5d)),
  load16x4U: load(simd(0x04), 1),
  store: store(simd(0x0b)),
  const: (bytes: readonly number[]): Code => [simd(0x0c), bytes],
  not: simdUnary(0x4d),
  and: simdBinary(0x4e),
  andnot: simdBinary(0x4f),
  or: simdBinary(0x50),
  xor: simdBinary(0x51),
  /** Bits of `ones` where the mask is 1, of `zeros` elsewhere. */
  bitselect: (ones: Code, zeros: Code, mask: Code): Code => [ones, zeros, mask, simd(0x52)],
  anyTrue: simdUnary(0x53),
} as const;

export const i32x4 = {
  splat: simdUnary(0x11),
  extractLane: (value: Code, lane: number): Code => [value, simd(0x1b), lane],
  shl: simdBinary(0xab),
  shrS: simdBinary(0xac),
  shrU: simdBinary(0xad),
  add: simdBinary(0xae),
  sub: simdBinary(0xb1),
  eq: simdBinary(0x37),
  gtS: simdBinary(0x3b),
  allTrue: simdUnary(0xa3),
  /** Sign bits of the lanes, lane 0 lowest. */
  bitmask: simdUnary(0xa4),
  truncSatF32x4S: simdUnary(0xf8),
} as const;

export const i16x8 = {
  /** Signed lanes of 32 bits to unsigned ones of 16, what is beyond to the nearest end; left first. */
  narrowI32x4U: simdBinary(0x86),
} as const;

export const f32x4 = {
  splat: simdUnary(0x13),
  extractLane: (value: Code, lane: number): Code => [value, simd(0x1f), lane],
  eq: simdBinary(0x41),
  ne: simdBinary(0x42),
  lt: simdBinary(0x43),
  gt: simdBinary(0x44),
  le: simdBinary(0x45),
  abs: simdUnary(0xe0),
  neg: simdUnary(0xe1),
  sqrt: simdUnary(0xe3),
  add: simdBinary(0xe4),
  sub: simdBinary(0xe5),
  mul: simdBinary(0xe6),
  div: simdBinary(0xe7),
  /** `left < right ? right : left` for pmax: NaN on the left stays, NaN on the right is dropped. One instruction. */
  pmin: simdBinary(0xea),
  pmax: simdBinary(0xeb),
  relaxedMadd: (factor: Code, by: Code, addend: Code): Code => [factor, by, addend, simd(0x105)],
} as const;

/** Lanes of 32 bits, 0-3 from the left operand and 4-7 from the right. */
export function shuffle32(left: Code, right: Code, lanes: readonly [number, number, number, number]): Code {
  const bytes = lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);
  return [left, right, simd(0x0d), bytes];
}
