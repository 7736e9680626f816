export type Theme = "light" | "dark";

/**
 * Eight hues that stay apart under protanopia and deuteranopia (after Okabe and Ito, 2008), darkened or lightened
 * until each has a contrast of at least 3:1 with its background.
 */
const PALETTES: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#0072b2", "#d55e00", "#008561", "#c2589a", "#a87a00", "#2f93cc", "#5f6368", "#7a3b1d"],
  dark: ["#4ba3e3", "#ff8a4c", "#2fcf9f", "#f29fd0", "#f0c04a", "#9bdcff", "#b4bac4", "#d9a384"],
};

/** Names that experiments share: each keeps its own colour, whichever others are in the run. */
const FIXED: readonly string[] = [
  "standard",
  "linear",
  "chunked",
  "sparse",
  "favor",
  "nystrom",
  "reference",
  "linformer",
];

function slotOf(name: string): number {
  const fixed = FIXED.indexOf(name);
  if (fixed >= 0) return fixed;
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619) >>> 0;
  return hash % FIXED.length;
}

/**
 * A colour for each name. A name keeps its colour in every chart and, unless two names of a run compete for one,
 * in every run; more names than colours share them (shapes then tell them apart).
 */
export function assignColors(names: readonly string[], theme: Theme): ReadonlyMap<string, string> {
  const palette = PALETTES[theme];
  const taken = new Map<number, number>();
  const colors = new Map<string, string>();
  const byPriority = [...new Set(names)].sort(
    (a, b) => Number(FIXED.includes(b)) - Number(FIXED.includes(a)) || (a < b ? -1 : a > b ? 1 : 0),
  );
  for (const [round, name] of byPriority.entries()) {
    const allowed = Math.floor(round / palette.length);
    let slot = slotOf(name);
    while ((taken.get(slot) ?? 0) > allowed) slot = (slot + 1) % palette.length;
    taken.set(slot, (taken.get(slot) ?? 0) + 1);
    colors.set(name, palette[slot]!);
  }
  return colors;
}

/** Colours in perceptual order for `count` ordered values (a part of viridis that keeps its contrast). */
export function sequentialColors(count: number, theme: Theme): readonly string[] {
  const anchors =
    theme === "light"
      ? ["#440154", "#3e4a89", "#26828e", "#2e9c63", "#7a9f1c"]
      : ["#8f7fd6", "#5f9fd6", "#35c0ab", "#7ad151", "#f3e24c"];
  if (count === 1) return [anchors[0]!];
  return Array.from({ length: count }, (_, index) => mix(anchors, index / (count - 1)));
}

function mix(anchors: readonly string[], position: number): string {
  const scaled = position * (anchors.length - 1);
  const low = Math.min(Math.floor(scaled), anchors.length - 2);
  const [from, to] = [anchors[low]!, anchors[low + 1]!];
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  return [1, 3, 5].reduce((color, at) => {
    const value = Math.round(channel(from, at) + (channel(to, at) - channel(from, at)) * (scaled - low));
    return color + value.toString(16).padStart(2, "0");
  }, "#");
}

/** Shapes in the order of the palette, for those who cannot tell its colours apart. */
export const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
];
