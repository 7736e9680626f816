import { type Random, randomProjection } from "@xattn/core";
import type { SequenceAlignment } from "../src/alignment/alignment.ts";
import { affine, attend, type Counter, type Rows } from "./matrix.ts";

/** The alignments that accept any two lengths, with the widths [dv', dl'] that they leave. */
export function alignmentsFor(
  random: Random,
  dv: number,
  dl: number,
): readonly (readonly [SequenceAlignment, number, number])[] {
  const looks = (asking: number, asked: number) => ({
    query: randomProjection(random, asking, 3),
    key: randomProjection(random, asked, 3),
    value: randomProjection(random, asked, 2),
  });
  return [
    [{ kind: "pool", by: "mean" }, dv, dl],
    [{ kind: "pool", by: "max" }, dv, dl],
    [{ kind: "resample", length: 4 }, dv, dl],
    [{ kind: "crossAttend", onto: "vision", projections: looks(dv, dl) }, dv, 2],
    [{ kind: "crossAttend", onto: "language", projections: looks(dl, dv) }, 2, dl],
  ];
}

/** An alignment by its definition, on one batch entry. */
export function alignByDefinition(
  vision: Rows,
  language: Rows,
  alignment: SequenceAlignment,
  counter: Counter,
): readonly [Rows, Rows] {
  switch (alignment.kind) {
    case "tokenwise":
      return [vision, language];
    case "pool": {
      const pool = (rows: Rows): Rows => [
        rows[0]!.map((_, column) => {
          const values = rows.map((row) => row[column]!);
          if (alignment.by === "max") return Math.max(...values);
          counter.multiplyAdds += values.length;
          return values.reduce((sum, x) => sum + x, 0) / values.length;
        }),
      ];
      return [pool(vision), pool(language)];
    }
    case "resample": {
      const { length } = alignment;
      const resample = (rows: Rows): Rows =>
        Array.from({ length }, (_, token) => {
          const at = (length === 1 ? 0.5 : token / (length - 1)) * (rows.length - 1);
          return rows[0]!.map((_, column) => {
            counter.multiplyAdds += 2;
            // A hat function around each token, so that the sum over all tokens interpolates.
            return rows.reduce((sum, row, index) => sum + Math.max(0, 1 - Math.abs(index - at)) * row[column]!, 0);
          });
        });
      return [resample(vision), resample(language)];
    }
    case "crossAttend": {
      const { onto, projections } = alignment;
      const [asking, asked] = onto === "vision" ? [vision, language] : [language, vision];
      const gathered = attend(
        affine(asking, projections.query, counter),
        affine(asked, projections.key, counter),
        affine(asked, projections.value, counter),
        counter,
      );
      return onto === "vision" ? [vision, gathered] : [gathered, language];
    }
  }
}
