/**
 * Hartigan's dip of sorted values: the largest distance between their empirical distribution function and the closest
 * unimodal one. Between 1/(2n) and 1/4; 0 where all values are equal.
 *
 * The modal interval starts as the whole range and shrinks. Each round fits the greatest convex minorant and the least
 * concave majorant of the empirical distribution inside it, finds where they lie furthest apart, and takes the two
 * vertices around that place as the next interval; the parts left outside bound the dip from below. It ends when what
 * is left outside deviates as much as the two fits do. O(n) a round, few rounds.
 * Source: Hartigan and Hartigan, "The dip test of unimodality", Annals of Statistics 13(1), 1985; AS 217.
 */
export function dipOfSorted(sorted: Float64Array): number {
  const count = sorted.length;
  const last = count - 1;
  if (count === 0 || sorted[0] === sorted[last]) return 0;
  const minorantPrevious = convexMinorantLinks(sorted);
  const majorantNext = concaveMajorantLinks(sorted);
  let low = 0;
  let high = last;
  // Distances are in steps of the empirical distribution function, so one step is 1/n.
  let dip = 1;
  for (;;) {
    const minorant = chain(minorantPrevious, high, low).reverse();
    const majorant = chain(majorantNext, low, high);
    const modal = widestGap(sorted, minorant, majorant);
    if (modal.gap < dip) break;
    dip = Math.max(
      dip,
      deviationFromMinorant(sorted, minorant, modal.low),
      deviationFromMajorant(sorted, majorant, modal.high),
    );
    if (modal.low === low && modal.high === high) break;
    low = modal.low;
    high = modal.high;
  }
  return dip / (2 * count);
}

/** For each index, the vertex before it on the greatest convex minorant of the points (x, index) up to it. */
function convexMinorantLinks(x: Float64Array): Int32Array {
  const previous = new Int32Array(x.length);
  for (let j = 1; j < x.length; j++) {
    let a = j - 1;
    while (a > 0) {
      const b = previous[a]!;
      if ((x[j]! - x[a]!) * (a - b) < (x[a]! - x[b]!) * (j - a)) break;
      a = b;
    }
    previous[j] = a;
  }
  return previous;
}

/** For each index, the vertex after it on the least concave majorant of the points (x, index) from it on. */
function concaveMajorantLinks(x: Float64Array): Int32Array {
  const last = x.length - 1;
  const next = new Int32Array(x.length);
  next[last] = last;
  for (let j = last - 1; j >= 0; j--) {
    let a = j + 1;
    while (a < last) {
      const b = next[a]!;
      if ((x[a]! - x[j]!) * (b - a) < (x[b]! - x[a]!) * (a - j)) break;
      a = b;
    }
    next[j] = a;
  }
  return next;
}

function chain(links: Int32Array, from: number, to: number): number[] {
  const vertices = [from];
  for (let at = from; at !== to; ) {
    at = links[at]!;
    vertices.push(at);
  }
  return vertices;
}

/** Largest distance between majorant and minorant, taken at the vertices of both, and the vertices around it. */
function widestGap(x: Float64Array, minorant: number[], majorant: number[]) {
  const widest = { gap: 0, low: minorant[0]!, high: majorant[majorant.length - 1]! };
  if (minorant.length === 2 && majorant.length === 2) return { ...widest, gap: 1 };
  let right = 1;
  for (let v = 1; v < minorant.length - 1; v++) {
    const at = minorant[v]!;
    while (majorant[right]! < at) right++;
    const gap = heightAt(x, majorant[right - 1]!, majorant[right]!, at) - at + 1;
    if (gap > widest.gap) Object.assign(widest, { gap, low: at, high: majorant[right]! });
  }
  right = 1;
  for (let v = 1; v < majorant.length - 1; v++) {
    const at = majorant[v]!;
    while (minorant[right]! < at) right++;
    const gap = at - heightAt(x, minorant[right - 1]!, minorant[right]!, at) + 1;
    if (gap > widest.gap) Object.assign(widest, { gap, low: minorant[right - 1]!, high: at });
  }
  return widest;
}

function heightAt(x: Float64Array, from: number, to: number, at: number): number {
  const width = x[to]! - x[from]!;
  return width > 0 ? from + ((x[at]! - x[from]!) / width) * (to - from) : from;
}

function deviationFromMinorant(x: Float64Array, minorant: number[], end: number): number {
  let largest = 1;
  for (let v = 1; v < minorant.length && minorant[v]! <= end; v++) {
    const from = minorant[v - 1]!;
    const to = minorant[v]!;
    if (x[to]! <= x[from]!) continue;
    for (let j = from; j <= to; j++) largest = Math.max(largest, j + 1 - heightAt(x, from, to, j));
  }
  return largest;
}

function deviationFromMajorant(x: Float64Array, majorant: number[], start: number): number {
  let largest = 1;
  for (let v = 1; v < majorant.length; v++) {
    const from = majorant[v - 1]!;
    const to = majorant[v]!;
    if (from < start || x[to]! <= x[from]!) continue;
    for (let j = from; j <= to; j++) largest = Math.max(largest, heightAt(x, from, to, j) - (j - 1));
  }
  return largest;
}
