import type { Numbers } from "../case.ts";
import type { GraphNode } from "./graph.ts";

/** What a node does with its inputs; an absent optional input is undefined. */
export type Operator = (inputs: readonly (Numbers | undefined)[], attrs: GraphNode["attrs"]) => Numbers;
