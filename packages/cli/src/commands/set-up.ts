import type { Measure, Parameters } from "@xattn/measures/contract";
import { type Experiment, messageOf, points } from "@xattn/runner";

/** What a measure may have beside its contract: it gets what its cells need and the install does not bring. */
interface WithSetUp {
  setUp(cells: Iterable<Parameters>, say: (line: string) => void): Promise<void>;
}

/**
 * Gives every measure of an experiment the chance to get ready, before worker processes start, whose output nobody
 * sees; measures that share a way to do so are asked once. What cannot be had is told, and the cells that need it
 * say so for themselves.
 */
export async function setUp(experiment: Experiment, say: (line: string) => void): Promise<void> {
  const done = new Set<WithSetUp["setUp"]>();
  for (const measure of experiment.measures) {
    if (!needsSetUp(measure) || done.has(measure.setUp)) continue;
    done.add(measure.setUp);
    try {
      await measure.setUp(points(experiment), say);
    } catch (error) {
      say(messageOf(error));
    }
  }
}

function needsSetUp(measure: Measure): measure is Measure & WithSetUp {
  return "setUp" in measure && typeof measure.setUp === "function";
}
