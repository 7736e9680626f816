import type { Mask } from "../mask.ts";

/** Whether two masks are the same tree with the same values. */
export function sameMask(left: Mask, right: Mask): boolean {
  return same(left, right);
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((entry, at) => same(entry, right[at]));
  }
  if (!isObject(left) || !isObject(right) || Array.isArray(left) || Array.isArray(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => same(left[name], right[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
