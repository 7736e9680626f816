import { z } from "zod";
import { peerBackends, peerNames } from "../peers.ts";
import { shapeNames } from "../shape/shape.ts";

const mostThreads = 64;

/** The parameters of a comparison between peers. */
export const peerParameters = {
  shape: z.enum(shapeNames as [string, ...string[]]),
  threads: z
    .int()
    .min(1)
    .max(mostThreads)
    .describe(`threads that each library may use, a whole number from 1 to ${mostThreads}`),
  backend: z.enum(peerBackends).optional().describe("what peers compute on, cpu or webgpu"),
  peer: z.enum(peerNames as [string, ...string[]]),
} as const;
