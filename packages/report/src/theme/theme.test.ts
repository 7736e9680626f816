import { describe, expect, it } from "vitest";
import { assignColors, SHAPES, sequentialColors, type Theme } from "./palette.ts";
import { FONT, INK, vegaConfig } from "./theme.ts";

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const names = ["standard", "linear", "chunked", "sparse", "favor", "nystrom", "reference", "linformer"];

describe.each<Theme>(["light", "dark"])("the %s theme", (theme) => {
  it("gives eight names eight colours that stand out from the background", () => {
    const colors = [...assignColors(names, theme).values()];
    expect(new Set(colors).size).toBe(8);
    for (const color of [...colors, ...sequentialColors(7, theme)]) {
      expect(contrast(color, INK[theme].background)).toBeGreaterThanOrEqual(3);
    }
  });

  it("has text of contrast 4.5:1", () => {
    expect(contrast(INK[theme].text, INK[theme].background)).toBeGreaterThan(7);
    expect(contrast(INK[theme].muted, INK[theme].background)).toBeGreaterThan(4.5);
  });

  it("sets the font of every kind of text", () => {
    const config = vegaConfig(theme) as Record<string, Record<string, unknown>>;
    for (const guide of ["axis", "legend", "header"]) {
      expect(config[guide]).toMatchObject({ labelFont: FONT, titleFont: FONT });
    }
    expect(config.title).toMatchObject({ font: FONT, subtitleFont: FONT });
  });
});

describe("assignColors", () => {
  it("keeps the colour of a shared name whichever others are there", () => {
    const alone = assignColors(["sparse"], "light").get("sparse");
    expect(assignColors(["zebra", "aardvark", ...names], "light").get("sparse")).toBe(alone);
  });

  it("does not depend on the order of names", () => {
    const others = ["b", "a", "top-k", "window", "entmax"];
    expect([...assignColors(others, "light")].sort()).toEqual([...assignColors([...others].reverse(), "light")].sort());
  });

  it("gives other names different colours while there are any, and shares them after", () => {
    const some = Array.from({ length: 8 }, (_, index) => `arm ${index}`);
    expect(new Set(assignColors(some, "light").values()).size).toBe(8);
    const many = Array.from({ length: 20 }, (_, index) => `arm ${index}`);
    expect(assignColors(many, "dark").size).toBe(20);
    expect(SHAPES).toHaveLength(8);
  });
});
