import type { Code } from "../assembler/code.ts";
import type { Local, Scope } from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { type Frame, makeFrame } from "../exact/frame.ts";
import {
  descriptorBytes,
  type ExactShape,
  paddedValues,
  type Scratch,
  type Stage,
  scratchLayout,
} from "../exact/layout.ts";

/** What a derivative kernel is specialized for. */
export interface DerivativeShape {
  /** Width of queries and keys. */
  readonly d: number;
  /** Width of values. */
  readonly e: number;
  readonly stages: readonly Stage[];
  readonly masked: boolean;
  /** The bias has a gradient, or a tangent. */
  readonly bias: boolean;
}

/**
 * Rows that are worked on together: enough that sums over the rows are long beside the loads and stores of what they
 * are added to, and a multiple of the rows of every engine's register tiles.
 */
export const tileRows = 60;

/** Keys whose scores are in scratch memory at a time: a multiple of every engine's panel. */
export const blockKeys = 80;

/** Words of a derivative kernel's descriptor, after those of exact attention. */
const words = [
  /** [b·h·n] of `factBytes` each. */
  "facts",
  /** b·h·n */
  "factRows",
  "outputGradient",
  "queryGradient",
  "keyGradient",
  "valueGradient",
  /** Bytes from one key-value head's gradients to the next. */
  "keyGradientBytes",
  "valueGradientBytes",
  /** Keys in rows: those of the past, p of them, and the others. */
  "pastKey",
  "key",
  "past",
  /** Key-value head of the first unit. */
  "firstGroup",
  /** Parts into which the rows, and the keys, of a key-value head are cut; which keys go with which rows. */
  "parts",
  "phase",
  "partTiles",
  "partKeys",
  /** Factor on the products of queries and keys, a float. */
  "scale",
  /** From the address of a bias to that of its gradient or tangent. */
  "biasShift",
  /** Forward mode: packed tangents of keys and values, laid out as keys and values are, and tangents of queries. */
  "keyTangents",
  "valueTangents",
  "queryTangent",
  "outputTangent",
] as const;

export type DerivativeWord = (typeof words)[number];

export const derivativeDescriptorBytes = descriptorBytes + 4 * words.length;

export function derivativeWordAt(name: DerivativeWord): number {
  return descriptorBytes + 4 * words.indexOf(name);
}

/** Of every row: the maximum that its exponentials are relative to, the inverse of their sum, and D (or its mean). */
export const factAt = { maximum: 0, factor: 4, mean: 8 } as const;

export const factBytes = 16;

export interface DerivativeLayout extends Scratch {
  /** [rows, keys] of gradients by weights, then logits; or of tangents of logits. */
  readonly gradients: number;
  /** [rows, keys] of tangents of logits by those of queries. */
  readonly tangents: number;
  /** [rows, keys] of derivatives of the modifiers. */
  readonly slopes: number;
  /** Rows of the output's gradient, or of the query's tangent, for a tile with fewer rows. */
  readonly second: number;
  /** Panels of the tile's queries and output gradients, and of the block's keys. */
  readonly queryPanels: number;
  readonly outputPanels: number;
  readonly keyPanels: number;
  readonly queryGradient: number;
}

export interface DerivativeFrame extends Frame {
  readonly layout: DerivativeLayout;
  readonly derivative: DerivativeShape;
  /** Bytes from one row of mask bits to the next. */
  readonly bitsRow: Local;
  /** The keys that the unit may look at. */
  readonly keyFrom: Local;
  readonly keyTo: Local;
  /** Where the tile's rows of the output's gradient, or of the query's tangent, lie. */
  readonly second: Local;
  readonly facts: Local;
}

function exactShape({ d, e, stages, masked }: DerivativeShape): ExactShape {
  return { d, e, blockKeys, single: false, direct: false, stages, masked, weights: false, fewQueries: false };
}

/** The engine with tiles of the derivative kernels' height. */
export function tall(engine: Engine): Engine {
  return { ...engine, tileRows };
}

export function derivativeLayout(
  engine: Engine,
  shape: DerivativeShape,
  mode: "reverse" | "forward",
): DerivativeLayout {
  const base = scratchLayout(tall(engine), exactShape(shape));
  const { d, e } = shape;
  let at = base.bytes;
  const take = (floats: number) => {
    const start = at;
    at += Math.ceil(floats / 16) * 64;
    return start;
  };
  const reverse = mode === "reverse" ? 1 : 0;
  const square = tileRows * blockKeys;
  const [wideD, wideE] = [paddedValues(engine, d), paddedValues(engine, e)];
  const parts = {
    gradients: take(square),
    tangents: take((1 - reverse) * square),
    slopes: take(shape.stages.includes("softcap") ? square : 0),
    second: take(tileRows * (reverse ? e : d)),
    queryPanels: take(reverse * tileRows * wideD),
    outputPanels: take(reverse * tileRows * wideE),
    keyPanels: take(reverse * blockKeys * wideD),
    queryGradient: take(reverse * tileRows * wideD),
  };
  return { ...base, ...parts, bytes: at };
}

export function derivativeFrame(
  engine: Engine,
  derivative: DerivativeShape,
  mode: "reverse" | "forward",
  scope: Scope,
  descriptor: Local,
): DerivativeFrame {
  return {
    ...makeFrame(tall(engine), exactShape(derivative), scope, descriptor),
    layout: derivativeLayout(engine, derivative, mode),
    derivative,
    bitsRow: scope.i32(),
    keyFrom: scope.i32(),
    keyTo: scope.i32(),
    second: scope.i32(),
    facts: scope.i32(),
  };
}

export function derivativeField(frame: Frame, name: DerivativeWord): Code {
  return i32.load(frame.descriptor.get, derivativeWordAt(name));
}
