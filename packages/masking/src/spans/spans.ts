/**
 * Ranges of keys in a row: [from₀, to₀, from₁, to₁, …], each half-open and not empty, rising, with a gap between
 * one and the next. Flat, because a row of a mask is asked for often.
 */
export type Spans = readonly number[];

/** Appends [from, to) unless it is empty; one that touches the last span makes it longer. */
export function pushSpan(spans: number[], from: number, to: number): void {
  if (from >= to) return;
  const last = spans.length - 1;
  if (last > 0 && from <= spans[last]!) spans[last] = Math.max(spans[last]!, to);
  else spans.push(from, to);
}

/** The part of the spans that lies in [from, to). */
export function clipSpans(spans: Spans, from: number, to: number): Spans {
  const clipped: number[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    pushSpan(clipped, Math.max(from, spans[at]!), Math.min(to, spans[at + 1]!));
  }
  return clipped;
}

export function uniteSpans(left: Spans, right: Spans): Spans {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const united: number[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    if (r >= right.length || (l < left.length && left[l]! <= right[r]!)) {
      pushSpan(united, left[l]!, left[l + 1]!);
      l += 2;
    } else {
      pushSpan(united, right[r]!, right[r + 1]!);
      r += 2;
    }
  }
  return united;
}

/** What [from, to) holds besides the spans, which must lie in it. */
export function complementSpans(spans: Spans, from: number, to: number): Spans {
  const rest: number[] = [];
  let at = from;
  for (let index = 0; index < spans.length; index += 2) {
    pushSpan(rest, at, spans[index]!);
    at = spans[index + 1]!;
  }
  pushSpan(rest, at, to);
  return rest;
}

export function spansLength(spans: Spans): number {
  let length = 0;
  for (let at = 0; at < spans.length; at += 2) length += spans[at + 1]! - spans[at]!;
  return length;
}

/** The spans of the indices from ... to at which `holds` is true. */
export function spansWhere(from: number, to: number, holds: (index: number) => boolean): Spans {
  const spans: number[] = [];
  let start = -1;
  for (let index = from; index < to; index++) {
    if (holds(index)) {
      if (start < 0) start = index;
    } else if (start >= 0) {
      spans.push(start, index);
      start = -1;
    }
  }
  if (start >= 0) spans.push(start, to);
  return spans;
}

/** [from, to) within [least, most), as spans. */
export function oneSpan(from: number, to: number, least: number, most: number): Spans {
  const start = Math.max(from, least);
  const end = Math.min(to, most);
  return start < end ? [start, end] : [];
}
