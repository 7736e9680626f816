import type { Context } from "../../backend/context.ts";
import type { Call } from "../call.ts";
import { type RowsAt, runRows } from "../run-rows.ts";
import { elementwise } from "./elementwise.ts";
import { placeFavor } from "./favor/place.ts";

export interface FeatureJob {
  readonly heads: number;
  readonly rows: number;
  readonly source: RowsAt;
  readonly target: RowsAt;
  readonly targetRow: number;
  /** Factor before the feature map, where it has one. */
  readonly scale: number;
  /** Where the logarithms, in base 2, of the factors go that the features still need. */
  readonly logScales?: RowsAt;
}

/** Features of some rows of each head. */
export function placeFeatures(call: Pick<Call, "context" | "map" | "sizes" | "constants">, job: FeatureJob): void {
  const { map, context, sizes } = call;
  if (map.kind === "favor+") placeFavor(call, map, job);
  else {
    const shape = {
      map: map.kind,
      gives: "features",
      width: sizes.d,
      otherRow: 0,
      targetRow: job.targetRow,
      pads: true,
    } as const;
    runRows(context, call.constants, {
      name: "elementwise",
      shape,
      make: () => elementwise(engineOf(context), shape),
      ...job,
    });
  }
}

const engineOf = ({ engine }: Context) => engine;
