import type { Experiment, ExperimentSummary } from '../protocol/experiments.ts'
import type { HeadlineMetric } from '../protocol/headline-metric.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { LoggedModel, LoggedModelStatus } from '../protocol/logged-models.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Filter, OrderClause } from '../protocol/mlflow/search.ts'
import type {
  DatasetInput,
  Metric,
  MetricPoint,
  Param,
  Run,
  RunRow,
  RunStatus,
  Tag,
  ViewType,
} from '../protocol/runs.ts'

/** One page of a list; without a token it was the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken?: string
}

export interface SearchQuery {
  readonly filter?: Filter
  readonly orderBy?: readonly OrderClause[]
  readonly view?: ViewType
  readonly limit: number
  readonly pageToken?: string
}

/** A metric point as MLflow 3 logs it: it may belong to a logged model and be measured on a dataset. */
export interface LoggedMetric extends Metric {
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

export interface Batch {
  readonly metrics?: readonly LoggedMetric[]
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
}

/** Experiments, with MLflow's rules: names are unique over active and deleted ones alike, id `0` is "Default". */
export interface Experiments {
  /** @throws RESOURCE_ALREADY_EXISTS */
  create(experiment: { name: string; artifactLocation?: string; tags?: readonly Tag[] }): Promise<ExperimentId>
  /** The active experiment of that name, created when there is none. */
  ensure(name: string): Promise<ExperimentSummary>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(experimentId: ExperimentId): Promise<Experiment>
  findByName(name: string): Promise<Experiment | undefined>
  list(view: ViewType): Promise<readonly ExperimentSummary[]>
  search(query: SearchQuery): Promise<Page<Experiment>>
  rename(experimentId: ExperimentId, name: string): Promise<void>
  delete(experimentId: ExperimentId): Promise<void>
  restore(experimentId: ExperimentId): Promise<void>
  setTag(experimentId: ExperimentId, tag: Tag): Promise<void>
  deleteTag(experimentId: ExperimentId, key: string): Promise<void>
  keys(experimentId: ExperimentId): Promise<{
    metrics: readonly string[]
    params: readonly string[]
    tags: readonly string[]
    headline: HeadlineMetric | null
  }>
}

export interface Runs {
  create(run: {
    experimentId: ExperimentId
    name?: string
    userId?: string
    startTime?: number
    params?: readonly Param[]
    tags?: readonly Tag[]
  }): Promise<Run>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(runId: RunId): Promise<Run>
  update(runId: RunId, change: { status?: RunStatus; endTime?: number; name?: string }): Promise<RunRow>
  delete(runIds: readonly RunId[]): Promise<void>
  restore(runIds: readonly RunId[]): Promise<void>
  /** One transaction. A changed param refuses the whole batch. */
  logBatch(runId: RunId, batch: Batch): Promise<void>
  deleteTag(runId: RunId, key: string): Promise<void>
  logInputs(runId: RunId, inputs: { datasets?: readonly DatasetInput[]; modelIds?: readonly string[] }): Promise<void>
  logOutputs(runId: RunId, models: readonly { modelId: string; step: number }[]): Promise<void>
  search(experimentIds: readonly ExperimentId[], query: SearchQuery): Promise<Page<Run>>
  /** The slim list behind our own views. */
  list(params: Methods['runs/list']['params']): Promise<Methods['runs/list']['result']>
  /** In step order, then timestamp, then value. */
  metricHistory(runId: RunId, key: string, page?: { limit: number; pageToken?: string }): Promise<Page<MetricPoint>>
  sparklines(runId: RunId, points: number): Promise<Methods['metrics/sparklines']['result']>
  /** Ends a run now with these tags; ending it again with the same status changes nothing. */
  end(runId: RunId, status: RunStatus, tags: readonly Tag[]): Promise<void>
  requestStop(runId: RunId): Promise<Methods['runs/stop']['result']>
  isStopRequested(runId: RunId): Promise<boolean>
  /** Runs in SCHEDULED or RUNNING. */
  countActive(): Promise<number>
}

/** What comparing many runs needs: whole columns and curves, no runs one by one. */
export interface Comparison {
  rows(params: Methods['table/rows']['params']): Promise<Methods['table/rows']['result']>
  keys(experimentIds: readonly ExperimentId[]): Promise<Methods['table/keys']['result']>
  groups(params: Methods['table/groups']['params']): Promise<Methods['table/groups']['result']>
  statistics(params: Methods['table/statistics']['params']): Promise<Methods['table/statistics']['result']>
  curves(params: Methods['curves/window']['params']): Promise<Methods['curves/window']['result']>
  tails(params: Methods['curves/tail']['params']): Promise<Methods['curves/tail']['result']>
  /**
   * Moves points into chunks where more than enough are loose, as in a store that knew no chunks yet; a short
   * transaction at a time, until all is done or the signal is aborted.
   *
   * @param onProgress told how many series are left, at least
   */
  seal(signal: AbortSignal, onProgress: (seriesLeft: number) => void): Promise<void>
}

/** Models that runs write, as MLflow 3 knows them; not yet the registry. */
export interface LoggedModels {
  create(model: {
    experimentId: ExperimentId
    name?: string
    modelType?: string
    sourceRunId?: RunId
    params?: readonly Param[]
    tags?: readonly Tag[]
  }): Promise<LoggedModel>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(modelId: string): Promise<LoggedModel>
  finalize(modelId: string, status: LoggedModelStatus): Promise<LoggedModel>
  search(experimentIds: readonly ExperimentId[], query: SearchQuery): Promise<Page<LoggedModel>>
  delete(modelId: string): Promise<void>
  setTags(modelId: string, tags: readonly Tag[]): Promise<LoggedModel>
  deleteTag(modelId: string, key: string): Promise<void>
  logParams(modelId: string, params: readonly Param[]): Promise<void>
}

/** The front of the feature; every way in (typed methods, MLflow REST) goes through it. */
export interface Tracking {
  readonly experiments: Experiments
  readonly runs: Runs
  readonly models: LoggedModels
  readonly comparison: Comparison
}
