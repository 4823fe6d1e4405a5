import type { Experiment, ExperimentSummary } from '../protocol/experiments.ts'
import type { DatasetRecord, EvaluationDataset, NewDatasetRecord } from '../protocol/evaluation-datasets.ts'
import type { HeadlineMetric } from '../protocol/headline-metric.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { LoggedModel, LoggedModelStatus } from '../protocol/logged-models.ts'
import type { Methods } from '../protocol/methods.ts'
import type { WrittenRun } from '../protocol/mlflow/run-json.ts'
import type { Filter, OrderClause } from '../protocol/mlflow/search.ts'
import type { Span } from '../protocol/otlp/span.ts'
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
import type { OnlineScoring, ScorerVersion } from '../protocol/scorers.ts'
import type {
  Assessment,
  AssessmentChange,
  NewAssessment,
  NewTrace,
  Trace,
  TraceInfo,
  TraceState,
} from '../protocol/traces.ts'
import type { Points } from './series/points.ts'

/** One page of a list; without a token it was the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken?: string
}

/** Points of a history that follow each other; without a token it has no more. */
export interface PointsPage {
  readonly points: Points
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
  /** The same as texts. */
  searchWritten(
    experimentIds: readonly ExperimentId[],
    query: SearchQuery,
    write: (run: WrittenRun) => string,
  ): Promise<WrittenRunPage>
  /** The slim list behind our own views. */
  list(params: Methods['runs/list']['params']): Promise<Methods['runs/list']['result']>
  /** In step order, then timestamp, then value. */
  metricHistory(runId: RunId, key: string): Promise<Page<MetricPoint>>
  /**
   * A page of the same, in columns. The next one begins behind its last point, whatever is logged meanwhile.
   *
   * @throws INVALID_PARAMETER_VALUE for a token that we did not make
   */
  metricPoints(runId: RunId, key: string, page: { limit: number; pageToken?: string }): Promise<PointsPage>
  sparklines(runId: RunId, points: number): Promise<Methods['metrics/sparklines']['result']>
  /** Ends a run now with these tags; ending it again with the same status changes nothing. */
  end(runId: RunId, status: RunStatus, tags: readonly Tag[]): Promise<void>
  requestStop(runId: RunId): Promise<Methods['runs/stop']['result']>
  isStopRequested(runId: RunId): Promise<boolean>
  /** Runs in SCHEDULED or RUNNING. */
  countActive(): Promise<number>
}

/** A page of runs as texts, of which a few are in memory at a time. */
export interface WrittenRunPage {
  /** In this order; each reads its runs when it is called. A run that was deleted for good meanwhile is left out. */
  readonly parts: readonly (() => Promise<readonly string[]>)[]
  readonly nextPageToken?: string
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

/** Inputs and expectations that programs are evaluated on. */
export interface EvaluationDatasets {
  /** @throws RESOURCE_DOES_NOT_EXIST for an experiment that is not there */
  create(dataset: {
    name: string
    experimentIds?: readonly ExperimentId[]
    tags?: readonly Tag[]
  }): Promise<EvaluationDataset>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(datasetId: string): Promise<EvaluationDataset>
  /** With all its records. One that is not there is none to complain about, as MLflow has it. */
  delete(datasetId: string): Promise<void>
  /** Those of any of the experiments, or all; the last created first unless ordered otherwise. */
  search(experimentIds: readonly ExperimentId[], query: SearchQuery): Promise<Page<EvaluationDataset>>
  setTags(datasetId: string, tags: readonly Tag[]): Promise<void>
  /** A tag that is not there is none to complain about. */
  deleteTag(datasetId: string, key: string): Promise<void>
  addExperiments(datasetId: string, experimentIds: readonly ExperimentId[]): Promise<EvaluationDataset>
  removeExperiments(datasetId: string, experimentIds: readonly ExperimentId[]): Promise<EvaluationDataset>
  /** Stores records; of one whose inputs are there already, what is given is put over what there is. */
  upsert(datasetId: string, records: readonly NewDatasetRecord[]): Promise<{ inserted: number; updated: number }>
  /** In the order in which they were first stored. */
  records(datasetId: string, page: { limit: number; pageToken?: string | undefined }): Promise<Page<DatasetRecord>>
  /** Resolves to how many there were. */
  deleteRecords(datasetId: string, recordIds: readonly string[]): Promise<number>
}

/** What programs did for one request each, as trees of spans. */
export interface Traces {
  /**
   * Stores what a client tells of a trace as a whole; its spans come alone, before or after.
   *
   * @throws RESOURCE_DOES_NOT_EXIST for an experiment that is not there
   */
  start(trace: NewTrace): Promise<TraceInfo>
  /** Begins a trace under a new id, which `end` ends: the second version of MLflow's interface. */
  begin(trace: Pick<NewTrace, 'experimentId' | 'requestTime' | 'metadata' | 'tags'>): Promise<TraceInfo>
  end(
    traceId: string,
    end: {
      readonly time: number
      readonly state: TraceState
      readonly metadata: readonly Tag[]
      readonly tags: readonly Tag[]
    },
  ): Promise<TraceInfo>
  /**
   * All of the spans or none; a trace is there from its first span on, and one that is sent again is put over.
   *
   * @param runId the run that the traces which begin here are of
   * @throws RESOURCE_DOES_NOT_EXIST for an experiment that is not there
   */
  logSpans(experimentId: ExperimentId, spans: readonly Span[], runId?: string): Promise<void>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  info(traceId: string): Promise<TraceInfo>
  /** In the order of the ids, without those that are not there, or not of one of the experiments. */
  infos(traceIds: readonly string[], experimentIds?: readonly ExperimentId[]): Promise<readonly TraceInfo[]>
  /**
   * With its spans.
   *
   * @param allowPartial also when spans are missing that the client has told of
   * @throws RESOURCE_DOES_NOT_EXIST
   */
  get(traceId: string, allowPartial: boolean): Promise<Trace>
  /** As `infos`, with their spans; without those that are not whole. */
  list(traceIds: readonly string[], experimentIds?: readonly ExperimentId[]): Promise<readonly Trace[]>
  search(experimentIds: readonly ExperimentId[], query: SearchQuery): Promise<Page<TraceInfo>>
  setTag(traceId: string, tag: Tag): Promise<void>
  /** @throws RESOURCE_DOES_NOT_EXIST for a tag that is not there */
  deleteTag(traceId: string, key: string): Promise<void>
  /** Those of the ids, or the oldest up to a time; resolves to how many there were. */
  delete(
    experimentId: ExperimentId,
    which: { readonly traceIds: readonly string[] } | { readonly upToTime: number; readonly limit: number },
  ): Promise<number>
  /** Traces may be linked before they are there. */
  linkToRun(traceIds: readonly string[], runId: string): Promise<void>
  /** @param prompts `name/version` */
  linkPrompts(traceId: string, prompts: readonly string[]): Promise<void>
}

/** What is said of traces. */
export interface Assessments {
  /** One that takes the place of another makes that invalid. @throws RESOURCE_DOES_NOT_EXIST */
  create(traceId: string, assessment: NewAssessment): Promise<Assessment>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(traceId: string, assessmentId: string): Promise<Assessment>
  update(traceId: string, assessmentId: string, change: AssessmentChange): Promise<Assessment>
  /** What it took the place of is valid again. One that is not there is none to complain about. */
  delete(traceId: string, assessmentId: string): Promise<void>
}

/** What judges the traces of an experiment: kept in versions, and run by nobody but the programs that load them. */
export interface Scorers {
  /**
   * Adds a version, the first one of a name that is new.
   *
   * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for an experiment that is deleted; so do all that name one
   */
  register(experimentId: ExperimentId, scorer: { name: string; serialized: string }): Promise<ScorerVersion>
  /** The highest versions of all scorers, by experiment and name; without those of experiments that are deleted. */
  list(experimentIds: readonly ExperimentId[] | undefined): Promise<readonly ScorerVersion[]>
  listOf(experimentId: ExperimentId): Promise<readonly ScorerVersion[]>
  /** The lowest first. */
  versions(experimentId: ExperimentId, name: string): Promise<readonly ScorerVersion[]>
  /** Without a version the highest one. */
  get(experimentId: ExperimentId, name: string, version: number | undefined): Promise<ScorerVersion>
  /** Without a version all of them. */
  delete(experimentId: ExperimentId, name: string, version: number | undefined): Promise<void>
  /** Of those scorers that have one. */
  onlineScorings(scorerIds: readonly string[]): Promise<readonly OnlineScoring[]>
  /** @throws INVALID_PARAMETER_VALUE for a rate above 0, as no scorer runs here */
  setOnlineScoring(
    experimentId: ExperimentId,
    name: string,
    scoring: { sampleRate: number; filter: string | undefined },
  ): Promise<OnlineScoring>
}

/** The front of the feature; every way in (typed methods, MLflow REST) goes through it. */
export interface Tracking {
  readonly experiments: Experiments
  readonly runs: Runs
  readonly models: LoggedModels
  readonly datasets: EvaluationDatasets
  readonly traces: Traces
  readonly assessments: Assessments
  readonly scorers: Scorers
  readonly comparison: Comparison
}
