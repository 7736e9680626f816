import type { Measure, Parameters } from "@xattn/measures/contract";
import { type Adapter, type Experiment, messageOf, points } from "@xattn/runner";
import { needAdapter } from "../webgpu/adapter.ts";

/** What a measure may have beside its contract: it gets what its cells need and the install does not bring. */
interface WithSetUp {
  setUp(cells: Iterable<Parameters>, say: (line: string) => void): Promise<void>;
}

/** What was found out on the way, for the manifest. */
export interface Readiness {
  /** What the webgpu backend computes on, when a cell asks for it. */
  readonly adapter: Adapter | undefined;
}

/**
 * Gives every measure of an experiment the chance to get ready, before worker processes start, whose output nobody
 * sees; measures that share a way to do so are asked once. What cannot be had is told, and the cells that need it
 * say so for themselves. A run with cells on webgpu needs an adapter to start at all.
 *
 * @throws AdapterError, FetchError when cells ask for webgpu and there is no adapter to be had
 */
export async function setUp(
  experiment: Experiment,
  say: (line: string) => void,
  findAdapter: typeof needAdapter = needAdapter,
): Promise<Readiness> {
  const adapter = asksForWebgpu(experiment) ? (await findAdapter(say)).adapter : undefined;
  if (adapter?.software)
    say(`webgpu is a software adapter here (${adapter.description}): its times say nothing of GPUs`);
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
  return { adapter };
}

function asksForWebgpu(experiment: Experiment): boolean {
  if (!experiment.products.some((product) => product.backend?.includes("webgpu"))) return false;
  for (const { backend } of points(experiment)) if (backend === "webgpu") return true;
  return false;
}

function needsSetUp(measure: Measure): measure is Measure & WithSetUp {
  return "setUp" in measure && typeof measure.setUp === "function";
}
