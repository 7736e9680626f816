export type * from "./run-data.ts";
export type { Channel, ChannelDefinition, ChartSpec } from "./spec/chart.ts";
