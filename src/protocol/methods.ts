import type { CurveAxis, CurveCursors, CurveName, CurveTails, CurveWindow } from './curves.ts'
import type { DataVersion } from './data-versions.ts'
import type { DeviceMethods } from './devices.ts'
import type { ExperimentSummary } from './experiments.ts'
import type { HeadlineMetric } from './headline-metric.ts'
import type { ExperimentId, RunId } from './ids.ts'
import type { ImportMethods } from './import.ts'
import type { StoreMethods } from './garbage.ts'
import type { JobGpuHours } from './gpu-hours.ts'
import type { Job, JobId, JobSpec, TargetDescription, TargetTokens } from './jobs.ts'
import type { RunDiff } from './run-diff.ts'
import type {
  ColumnStatistics,
  ColumnValues,
  GroupedColumn,
  MetricColumn,
  TableColumn,
  TableGroup,
  TableOrder,
  TableQuery,
  TableRow,
} from './run-table.ts'
import type { KernelMethods, RunNotebookMethods } from './kernels.ts'
import type { LineageMethods } from './lineage.ts'
import type { LoggedArtifact } from './logged-artifacts.ts'
import type { LoggedTable } from './logged-table.ts'
import type { ModelVersion, RegisteredModel, RunModel } from './registered-models.ts'
import type { ArtifactEntry, Metric, MetricPoint, Run, RunRow, RunStatus, Tag, ViewType } from './runs.ts'

/** A value that a run list shows beside the run's own attributes. */
export interface RunColumn {
  readonly kind: 'metric' | 'param' | 'tag'
  readonly key: string
}

/** A row with its requested columns in the order requested; null where the run has no such value. */
export interface RunListRow extends RunRow {
  readonly values: readonly (string | number | null)[]
  /** It has a supervisor, so `runs/stop` can end its command. */
  readonly stoppable: boolean
}

export interface EngineStatus {
  readonly version: string
  readonly protocolVersion: number
  readonly pid: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
  /** Absolute path of the workspace folder, or of the data folder of a server. */
  readonly workspace: string
  /** Where plain MLflow clients point `MLFLOW_TRACKING_URI`, for example `http://127.0.0.1:40123`. */
  readonly trackingUri: string
  readonly storePath: string
  readonly storeSizeBytes: number
  /** Runs in SCHEDULED or RUNNING. */
  readonly activeRunCount: number
  /** Open event streams. */
  readonly subscriberCount: number
  readonly residentMemoryBytes: number
}

/** What a client may ask the engine. HTTP, the CLI and the webviews all speak this map. */
export interface Methods
  extends DeviceMethods, KernelMethods, RunNotebookMethods, LineageMethods, StoreMethods, ImportMethods {
  'engine/status': { params: Record<never, never>; result: EngineStatus }
  /** Answers first, then ends the process once the requests in flight have been answered. */
  'engine/stop': { params: Record<never, never>; result: Record<never, never> }

  /** Sorted by the time of their last change, newest first. */
  'experiments/list': { params: { view?: ViewType }; result: { experiments: readonly ExperimentSummary[] } }
  /** Returns the experiment of that name, created when there is none. */
  'experiments/ensure': { params: { name: string }; result: { experiment: ExperimentSummary } }
  'experiments/rename': { params: { experimentId: ExperimentId; name: string }; result: Record<never, never> }
  'experiments/delete': { params: { experimentId: ExperimentId }; result: Record<never, never> }
  'experiments/restore': { params: { experimentId: ExperimentId }; result: Record<never, never> }
  'experiments/set-tag': { params: { experimentId: ExperimentId } & Tag; result: Record<never, never> }
  /** Every key logged in the experiment, sorted, and the headline metric that follows from keys and tags. */
  'experiments/keys': {
    params: { experimentId: ExperimentId }
    result: {
      metrics: readonly string[]
      params: readonly string[]
      tags: readonly string[]
      headline: HeadlineMetric | null
    }
  }

  'runs/list': {
    params: {
      experimentIds: readonly ExperimentId[]
      /** MLflow's search grammar. */
      filter?: string
      /** MLflow's order clauses, for example `metrics.accuracy DESC`; default: start time, newest first. */
      orderBy?: readonly string[]
      view?: ViewType
      columns?: readonly RunColumn[]
      /** 1 … 50,000, default 1,000. */
      limit?: number
      pageToken?: string
    }
    result: {
      runs: readonly RunListRow[]
      /** All that match, whatever the limit. */
      total: number
      /** An MLflow server does not count: `total` is one more than the runs listed so far. */
      totalIsAtLeast?: true
      nextPageToken?: string
    }
  }
  'runs/get': { params: { runId: RunId }; result: { run: Run } }
  'runs/start': {
    params: {
      experimentId: ExperimentId
      /** Default: a made-up name such as `calm-otter-42`. */
      name?: string
      userId?: string
      params?: readonly { key: string; value: string }[]
      tags?: readonly Tag[]
    }
    result: { run: Run }
  }
  /** Ends a run; its end time is the engine's now. Ending a run that has ended with the same status changes nothing. */
  'runs/end': {
    params: { runId: RunId; status: RunStatus; tags?: readonly Tag[] }
    result: Record<never, never>
  }
  'runs/rename': { params: { runId: RunId; name: string }; result: Record<never, never> }
  'runs/set-tag': { params: { runId: RunId } & Tag; result: Record<never, never> }
  /** A tag that the run does not have is none to delete: RESOURCE_DOES_NOT_EXIST. */
  'runs/delete-tag': { params: { runId: RunId; key: string }; result: Record<never, never> }
  /** At most 1,000 finite values, all or none of them. */
  'runs/log-metrics': { params: { runId: RunId; metrics: readonly Metric[] }; result: Record<never, never> }
  'runs/delete': { params: { runIds: readonly RunId[] }; result: Record<never, never> }
  'runs/restore': { params: { runIds: readonly RunId[] }; result: Record<never, never> }
  /** `requested`: its supervisor will end it. `unsupervised`: nobody watches its process, nothing was changed. */
  'runs/stop': { params: { runId: RunId }; result: { outcome: 'requested' | 'unsupervised' | 'already-ended' } }
  /** Whether someone asked for the run to stop; kept until it ends, so a supervisor that was cut off still learns it. */
  'runs/stop-requested': { params: { runId: RunId }; result: { requested: boolean } }

  /** Points in step order, whatever order they were logged in. */
  'metrics/history': { params: { runId: RunId; key: string }; result: { points: readonly MetricPoint[] } }
  /** Values spread evenly over each series in step order, at most `points` of them (2 … 100) with first and last. */
  'metrics/sparklines': {
    params: { runId: RunId; points: number }
    result: { series: readonly { metric: Metric; values: readonly number[] }[] }
  }

  /**
   * Rows `offset` … `offset + limit` of a table of runs, with the columns asked for. Ties, and all where no order is
   * given, are sorted by start time, newest first; missing values come last. By values of single points (`at-step`,
   * `at-best`) at most 20,000 runs can be sorted, grouped and summed up.
   */
  'table/rows': {
    params: TableQuery & {
      columns: readonly TableColumn[]
      order?: readonly TableOrder[]
      offset?: number
      /** 1 … 1,000, default 100. */
      limit?: number
      /** Leaves out `total` and `runCount`, which cost more than a page does. */
      areTotalsKnown?: boolean
      /** What the asker has of this page, by the digests of `delta`, empty where it has none: it is not sent again. */
      known?: { rows: string; columns: readonly string[] }
    }
    result: {
      rows: readonly TableRow[]
      columns: readonly ColumnValues[]
      /** Runs that match. */
      total?: number
      /** Runs of the experiments, whatever the filter. */
      runCount?: number
      /** Where `known` was given: `rows` are left out where they are the same, and `columns` are the changed ones. */
      delta?: {
        isSameRows: boolean
        /** Places of the columns that are sent, among those asked for. */
        changed: readonly number[]
        /** Of what the page is now, whatever was sent. */
        digests: { rows: string; columns: readonly string[] }
      }
    }
  }
  /** Every key that was logged, sorted. */
  'table/keys': {
    params: { experimentIds: readonly ExperimentId[] }
    result: {
      metrics: readonly string[]
      params: readonly string[]
      tags: readonly string[]
      headline: HeadlineMetric | null
    }
  }
  /** The runs of a query in groups, with metrics summed up; the largest groups first, at most 1,000. */
  'table/groups': {
    params: TableQuery & { by: readonly TableColumn[]; metrics: readonly MetricColumn[] }
    result: { groups: readonly TableGroup[]; columns: readonly GroupedColumn[] }
  }
  'table/statistics': {
    params: TableQuery & { columns: readonly TableColumn[] }
    result: { columns: readonly ColumnStatistics[] }
  }

  /** A stretch of many curves at once; what they hold in it, exactly, in at most `buckets` pieces each. */
  'curves/window': {
    params: {
      curves: readonly CurveName[]
      axis: CurveAxis
      /** In the unit of the axis: steps, or milliseconds; missing ends are those of each curve. */
      from?: number
      to?: number
      /** 1 … 4,096, for example the drawing's width in pixels. Up to twice as many points come as points. */
      buckets: number
    }
    result: { curves: readonly CurveWindow[]; cursors: CurveCursors }
  }
  /** What the curves have got since they were read: as a rule a point or two each, and nothing of what is known. */
  'curves/tail': {
    params: {
      curves: readonly CurveName[]
      /** Of the last reading, three numbers a curve. */
      cursors: readonly number[]
      axis: CurveAxis
      from?: number
      to?: number
      /** Points of one cell become one stretch; in the unit of the axis, 0 for each point as it is. */
      cellWidth: number
    }
    result: CurveTails
  }

  /** What differs between 2 … 100 runs, in the order they are named. */
  'runs/diff': { params: { runIds: readonly RunId[] }; result: RunDiff }

  'artifacts/list': {
    params: { runId: RunId; path?: string }
    result: { entries: readonly ArtifactEntry[] }
  }
  /** The files of 1 … 100 runs by key, step and run, so that equal ones stand side by side. */
  'artifacts/logged': {
    params: {
      runIds: readonly RunId[]
      offset?: number
      /** 1 … 10,000, default 1,000. */
      limit?: number
    }
    result: {
      artifacts: readonly LoggedArtifact[]
      total: number
      /** Runs with more files than are looked at. */
      cutRuns: readonly RunId[]
    }
  }
  /** Bytes of one artifact, from `start` on. */
  'artifacts/read': {
    params: {
      runId: RunId
      path: string
      /** Default: 0. */
      start?: number
      /** 1 … 33,554,432, default 8,388,608. */
      maxBytes?: number
    }
    result: {
      bytes: Uint8Array
      /** Of the whole artifact. */
      sizeBytes: number
    }
  }
  /** SHA-256 over all bytes of one artifact, in hex. */
  'artifacts/digest': { params: { runId: RunId; path: string }; result: { sizeBytes: number; sha256: string } }
  /** Rows `offset` … `offset + limit` of a table that a run has logged. */
  'artifacts/table': {
    params: {
      runId: RunId
      path: string
      /** By name; default: all. */
      columns?: readonly string[]
      offset?: number
      /** 1 … 200,000, default 1,000. */
      limit?: number
    }
    result: LoggedTable
  }

  /** Registered models by name, at most 1,000. */
  'models/list': { params: Record<never, never>; result: { models: readonly RegisteredModel[] } }
  /** With all versions, the highest first. */
  'models/get': {
    params: { name: string }
    result: { model: RegisteredModel; versions: readonly ModelVersion[] }
  }
  /** What a run has that can be registered: logged models, and artifact folders with an `MLmodel`. */
  'models/of-run': { params: { runId: RunId }; result: { models: readonly RunModel[] } }
  /** Makes a model of a run the next version under a name, which is made when there is none. All of it or nothing. */
  'models/register': {
    params: {
      runId: RunId
      name: string
      /** A logged model's name or id, or an artifact path; may be left out where the run has one model only. */
      path?: string
      /** Set on the new version, moved when it stands elsewhere. */
      alias?: string
      /** The version under version control that its file is. */
      data?: DataVersion
      /** Of the new version; at most 100. */
      tags?: readonly Tag[]
    }
    result: { version: ModelVersion }
  }
  'models/set-alias': { params: { name: string; version: number; alias: string }; result: Record<never, never> }
  /** One version, or the registered model with all of them. The files stay. */
  'models/delete': { params: { name: string; version?: number }; result: Record<never, never> }

  /**
   * Queues a job and starts its run, both or nothing. What cannot work is refused: an unknown target, resources that it
   * does not have, a secret without a value.
   */
  'jobs/launch': {
    params: {
      /**
       * Chosen by the caller, 1 … 200 characters: a launch that is sent again because its answer got lost has the same
       * one, and gives the job that there is.
       */
      key: string
      /** Created when there is none. */
      experiment: string
      /** Of the run and the job. Default: a made-up name such as `calm-otter-42`. */
      name?: string
      spec: JobSpec
      /** A value for each of `spec.secrets`. They are held in memory until the job has ended, and nowhere else. */
      secrets?: Readonly<Record<string, string>>
      /** Of the target, where the engine does not know them or they have changed. */
      tokens?: TargetTokens
      userId?: string
      /** Of the run, beside those that say what a job is. */
      tags?: readonly Tag[]
    }
    result: {
      job: Job
      isNew: boolean
      /** Sentences about what of its code is not kept. */
      warnings: readonly string[]
    }
  }
  /** Newest first. */
  'jobs/list': {
    params: {
      experimentIds?: readonly ExperimentId[]
      /** Only jobs that have not ended. */
      isLive?: boolean
      /** Only jobs that have ended. */
      hasEnded?: boolean
      offset?: number
      /** 1 … 10,000, default 100. */
      limit?: number
    }
    result: { jobs: readonly Job[]; total: number }
  }
  'jobs/get': { params: { jobId: JobId }; result: { job: Job } }
  /** The job's end comes later, where its target has it. Cancelling one that has ended changes nothing. */
  'jobs/cancel': { params: { jobId: JobId }; result: { job: Job } }
  /**
   * Another attempt of a job that has ended, in the same run; or values for the secrets of one that waits for them
   * because the engine was started anew.
   */
  'jobs/retry': { params: { jobId: JobId; secrets?: Readonly<Record<string, string>> }; result: { job: Job } }
  /** Puts a queued job before all others of its target. */
  'jobs/promote': { params: { jobId: JobId }; result: { job: Job } }
  /** Bytes of what a job's attempts have printed, stdout and stderr as they came. */
  'jobs/log': {
    params: {
      jobId: JobId
      /** Default: 0. */
      start?: number
      /** 1 … 33,554,432, default 8,388,608. */
      maxBytes?: number
    }
    result: {
      bytes: Uint8Array
      /** Of all that is there now. */
      sizeBytes: number
      /** Nothing follows any more. */
      isComplete: boolean
    }
  }
  /** GPU time of jobs until now, in the order asked. @throws RESOURCE_DOES_NOT_EXIST */
  'jobs/gpu-hours': {
    /** 1 … 10,000 of them. */
    params: { jobIds: readonly JobId[] }
    result: { jobs: readonly JobGpuHours[] }
  }
  'targets/list': { params: { tokens?: TargetTokens }; result: { targets: readonly TargetDescription[] } }
}

export type MethodName = keyof Methods

/** Methods whose results carry typed arrays, hence travel as `bulk.ts` says. */
export const bulkMethods = [
  'table/rows',
  'table/groups',
  'table/statistics',
  'curves/window',
  'curves/tail',
  'artifacts/read',
  'artifacts/table',
  'jobs/log',
] as const satisfies MethodName[]

export function isBulkMethod(method: MethodName): boolean {
  return bulkMethods.some((bulk) => bulk === method)
}

/** Goes up when a change of methods or events would break an older client or engine. */
export const protocolVersion = 1

/** Paths of our own half of the HTTP interface; MLflow's are its own. */
export const paths = {
  /** GET, without a token, `?nonce=`: see `Hello`. */
  hello: '/runwright/v1/hello',
  /** POST `{ method, params }`, answered by the result or an `ErrorBody`. */
  call: '/runwright/v1/call',
  /** GET, server-sent events; resumes after the `Last-Event-ID` header or `?cursor=`. */
  events: '/runwright/v1/events',
  /** GET: the OpenAPI document of all routes. */
  openApi: '/runwright/v1/openapi.json',
} as const

/**
 * The engine's proof that it is the one that wrote `engine.json`, asked for before any token is sent to it.
 * `proof` = hex HMAC-SHA256, key = the token, message = `nonce|pid|version`.
 */
export interface Hello {
  readonly version: string
  readonly protocolVersion: number
  readonly pid: number
  readonly proof: string
}

/** `.runwright/engine.json`, mode 0600. */
export interface EngineFile {
  readonly pid: number
  readonly port: number
  readonly token: string
  readonly version: string
}
