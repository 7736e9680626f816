import type { Random } from "@xattn/core";
import { sceneSide } from "./size.ts";

/** Half-open: a pixel (x, y) is inside when left ≤ x < right and top ≤ y < bottom. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

const longSide = { least: 128, most: 240 };
/** A small stamp enlarged further than this is a blur. */
const mostEnlarged = 4;
const margin = 6;
/** Of the smaller of two boxes, how much may be common. */
const mostOverlap = 0.06;
const triesPerObject = 40;
const shrinkAfterFailure = 0.9;

/**
 * Boxes for things of the given extents: free positions within the scene, long sides of 128–240 pixels (less when
 * room is short), little overlap. The same random numbers give the same boxes.
 */
export function layOut(extents: readonly Extent[], random: Random): Box[] {
  for (let shrink = 1; ; shrink *= shrinkAfterFailure) {
    const boxes = tryLayOut(extents, random, shrink);
    if (boxes !== undefined) return boxes;
  }
}

function tryLayOut(extents: readonly Extent[], random: Random, shrink: number): Box[] | undefined {
  const boxes: Box[] = [];
  for (const { width, height } of extents) {
    const long = Math.max(width, height);
    const wanted = longSide.least + (longSide.most - longSide.least) * random.uniform();
    const scale = (Math.min(wanted, mostEnlarged * long) * shrink) / long;
    const across = Math.max(1, Math.round(width * scale));
    const down = Math.max(1, Math.round(height * scale));
    const box = freePlace(across, down, boxes, random);
    if (box === undefined) return undefined;
    boxes.push(box);
  }
  return boxes;
}

function freePlace(width: number, height: number, taken: readonly Box[], random: Random): Box | undefined {
  for (let attempt = 0; attempt < triesPerObject; attempt += 1) {
    const left = random.integer(margin, sceneSide - margin - width);
    const top = random.integer(margin, sceneSide - margin - height);
    const box = { left, top, right: left + width, bottom: top + height };
    if (taken.every((other) => overlap(box, other) <= mostOverlap)) return box;
  }
  return undefined;
}

/** The common area of two boxes as a part of the smaller one, 0 … 1. */
export function overlap(first: Box, second: Box): number {
  const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
  const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.min(area(first), area(second));
}

function area({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}
