export { logspace, pow2, range } from "./axis/axis.ts";
export {
  type ColumnChange,
  type ComparedRun,
  type CompareOptions,
  compareChange,
  type RunChange,
} from "./compare/compare.ts";
export type { EnvironmentChange } from "./compare/environments.ts";
export { readSamples } from "./compare/read-samples.ts";
export type { CellChange } from "./compare/timed-column.ts";
export { type ChangeVerdict, changeExitCodes, worstChange } from "./compare/verdict.ts";
export { readEnvironment, readGit } from "./environment/environment.ts";
export { InputError, InterruptedError, LedgerError, messageOf, notOneOf, StoreError } from "./errors/errors.ts";
export type { Executor, ExecutorEvents } from "./executor/executor.ts";
export { localExecutor } from "./executor/local.ts";
export { type History, type HistoryPoint, type HistorySeries, historyOf, type ValueChange } from "./history/history.ts";
export { openLedger, repairTail, scanLedger } from "./ledger/ledger.ts";
export type { Outcome } from "./ledger/outcome.ts";
export { type Experiment, normalize } from "./normalize/normalize.ts";
export { parseOverrides } from "./normalize/overrides.ts";
export { type Cell, cellAt, countPoints, describe, type Job, jobs, planHash, points } from "./plan/plan.ts";
export { type Comparison, compareRuns } from "./reproduce/reproduce.ts";
export { type Reproduction, reproductionExitCodes, worstOf } from "./reproduce/verdict.ts";
export { readRun } from "./run/read-run.ts";
export { type RunContext, type RunProgress, type RunResult, runExperiment } from "./run/run-experiment.ts";
export { sourceHash } from "./run/source-hash.ts";
export type {
  Adapter,
  ClaimResult,
  Environment,
  Estimate,
  FitResult,
  Manifest,
  PowerLawResult,
  Row,
  RunData,
  Status,
  TableColumn,
  TermsResult,
  Verdict,
} from "./run-data.ts";
export { type SampleFlag, sampleFlags } from "./sampling/sample-flags.ts";
export { redactor } from "./security/redact.ts";
export type { Channel, ChannelDefinition, ChartSpec } from "./spec/chart.ts";
export type { ClaimSpec } from "./spec/claim.ts";
export { defineExperiment, type ExperimentSpec } from "./spec/experiment.ts";
export type { FitSpec } from "./spec/fit.ts";
export { findExperiment, listExperiments, loadExperiment } from "./spec/load.ts";
export { type RunStatus, runStatuses } from "./status/status.ts";
export { writeAtomic } from "./store/atomic.ts";
export { lockState, tryLock } from "./store/lock.ts";
export type { StoredManifest } from "./store/manifest.ts";
export { findRun, listRuns, promoteToReference, readManifest, referenceName } from "./store/run-folder.ts";
export { toCsv } from "./table/csv.ts";
