import type { ChartSpec } from "@xattn/runner";
import type { Theme } from "../theme/palette.ts";
import { INK } from "../theme/theme.ts";
import type { FacetPlan } from "./facet.ts";
import { PART, type Point } from "./point.ts";

type Reference = NonNullable<ChartSpec["references"]>[number];

/** Where a reference lies on its axis (0 to 1), or nothing when it lies outside. */
export type Locate = (reference: Reference) => number | undefined;

/** One point for each reference and facet. */
export function referencePoints(references: readonly Reference[], facets: FacetPlan): readonly Point[] {
  return references.flatMap(({ channel, value, label }) =>
    facets.cells.map((cell) => ({ ...cell, [PART]: `reference ${channel}`, _at: value, _label: label })),
  );
}

/** Rules across the chart with their labels, at the end of the rule that is farther from the points. */
export function referenceLayers(
  references: readonly Reference[],
  encodings: Readonly<Record<"x" | "y", Readonly<Record<string, unknown>> | undefined>>,
  width: number,
  side: (reference: Reference) => "start" | "end",
  theme: Theme,
): readonly Readonly<Record<string, unknown>>[] {
  const layers = (["x", "y"] as const).flatMap((channel) => {
    const own = references.filter((reference) => reference.channel === channel);
    const axis = encodings[channel];
    if (own.length === 0 || axis === undefined) return [];
    const filter = `datum._part === 'reference ${channel}'`;
    const place = { [channel]: { ...axis, field: "_at" } };
    const rule = {
      transform: [{ filter }],
      mark: { type: "rule", strokeDash: [2, 3], strokeWidth: 1.2, color: INK[theme].muted, aria: false },
      encoding: place,
    };
    const texts = own.map((reference) => {
      const end = side(reference) === "end";
      const across = channel === "y" ? { x: { value: end ? width - 4 : 4 } } : { y: { value: 8 } };
      const shift =
        channel === "y"
          ? { dy: -8, align: end ? "right" : "left" }
          : { dx: end ? -5 : 5, align: end ? "right" : "left" };
      const only = `${filter} && datum._at === ${reference.value} && datum._label === ${JSON.stringify(reference.label)}`;
      const halo = { stroke: INK[theme].background, strokeWidth: 3, strokeJoin: "round" };
      return [halo, {}].map((extra) => ({
        transform: [{ filter: only }],
        mark: {
          type: "text",
          baseline: "middle",
          fontSize: 10.5,
          color: INK[theme].muted,
          ...shift,
          ...extra,
          aria: false,
        },
        encoding: { ...place, ...across, text: { field: "_label", type: "nominal" } },
      }));
    });
    return [rule, ...texts.flat()];
  });
  return layers;
}
