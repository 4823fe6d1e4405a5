import type { Experiment } from '../protocol/experiments.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import { writeDatasetInput } from '../protocol/mlflow/dataset-json.ts'
import type { ArtifactEntry, DatasetInput, Metric, Param, Run, RunStatus, Tag, ViewType } from '../protocol/runs.ts'
import {
  createdExperiment,
  experimentAnswer,
  experimentPage,
  filePage,
  metricPage,
  readAnswer,
  runAnswer,
  runPage,
} from './mlflow-answers.ts'
import type { Page } from './mlflow-answers.ts'
import { openArtifact } from './mlflow-artifacts.ts'
import type { MlflowHttp } from './mlflow-http.ts'

/** The routes of MLflow's REST interface that a client of ours needs, in its own words. */
export interface MlflowApi {
  /** Every experiment, over all pages. */
  listExperiments(view: ViewType): Promise<Experiment[]>
  getExperiment(experimentId: ExperimentId): Promise<Experiment>
  getExperimentByName(name: string): Promise<Experiment>
  createExperiment(name: string): Promise<ExperimentId>
  /** Changes an experiment by one of MLflow's verbs. */
  changeExperiment(
    change: 'update' | 'delete' | 'restore' | 'set-experiment-tag',
    fields: { readonly experiment_id: ExperimentId } & Readonly<Record<string, string>>,
  ): Promise<void>

  searchRuns(query: {
    readonly experimentIds: readonly ExperimentId[]
    readonly filter?: string
    readonly orderBy?: readonly string[]
    readonly view?: ViewType
    /** 1 … 50,000 */
    readonly limit: number
    readonly pageToken?: string
  }): Promise<Page<Run>>
  getRun(runId: RunId): Promise<Run>
  createRun(run: {
    readonly experiment_id: ExperimentId
    readonly run_name?: string
    readonly user_id?: string
    readonly start_time: number
    readonly tags: readonly Tag[]
  }): Promise<Run>
  updateRun(run: { run_id: RunId; status?: RunStatus; end_time?: number; run_name?: string }): Promise<void>
  deleteRun(runId: RunId): Promise<void>
  restoreRun(runId: RunId): Promise<void>
  setRunTag(runId: RunId, tag: Tag): Promise<void>
  deleteRunTag(runId: RunId, key: string): Promise<void>
  logBatch(
    runId: RunId,
    batch: { readonly metrics?: readonly Metric[]; readonly params?: readonly Param[]; readonly tags?: readonly Tag[] },
  ): Promise<void>
  logInputs(runId: RunId, datasets: readonly DatasetInput[]): Promise<void>

  /** All points, in the order the server has them. */
  metricHistory(runId: RunId, key: string): Promise<Metric[]>
  /** About `points` points spread over the series, with its first and last step. */
  sampleMetric(runId: RunId, key: string, points: number): Promise<readonly Metric[]>
  /** Of one folder, over all pages. */
  listArtifacts(runId: RunId, path: string | undefined): Promise<ArtifactEntry[]>
  /** One artifact's bytes; the stream must be read to the end or cancelled. */
  openArtifact(runId: RunId, path: string): Promise<ReadableStream<Uint8Array>>
}

/** Points a page of a metric's history holds. */
const historyPage = 25_000

/** @param signal ends the requests of this caller */
export function createMlflowApi(http: MlflowHttp, signal?: AbortSignal): MlflowApi {
  const prefix = '/api/2.0/mlflow'
  const post = (path: string, body: object) => http.post(`${prefix}/${path}`, body, signal)
  const get = (path: string, query: Parameters<MlflowHttp['get']>[1]) => http.get(`${prefix}/${path}`, query, signal)

  return {
    listExperiments: (view) =>
      readPages(async (pageToken) => {
        const body = { view_type: view, max_results: 1000, page_token: pageToken }
        const { experiments, nextPageToken } = readAnswer(experimentPage, await post('experiments/search', body))
        return page(experiments, nextPageToken)
      }),
    async getExperiment(experimentId) {
      return readAnswer(experimentAnswer, await get('experiments/get', { experiment_id: experimentId })).experiment
    },
    async getExperimentByName(name) {
      return readAnswer(experimentAnswer, await get('experiments/get-by-name', { experiment_name: name })).experiment
    },
    async createExperiment(name) {
      return readAnswer(createdExperiment, await post('experiments/create', { name })).experimentId
    },
    async changeExperiment(change, fields) {
      await post(`experiments/${change}`, fields)
    },

    async searchRuns({ experimentIds, filter, orderBy, view = 'ACTIVE_ONLY', limit, pageToken }) {
      const answer = await post('runs/search', {
        experiment_ids: experimentIds,
        filter,
        order_by: orderBy,
        run_view_type: view,
        max_results: limit,
        page_token: pageToken,
      })
      const { runs, nextPageToken } = readAnswer(runPage, answer)
      return page(runs, nextPageToken)
    },
    async getRun(runId) {
      return readAnswer(runAnswer, await get('runs/get', { run_id: runId })).run
    },
    async createRun(run) {
      return readAnswer(runAnswer, await post('runs/create', run)).run
    },
    async updateRun(run) {
      await post('runs/update', run)
    },
    async deleteRun(runId) {
      await post('runs/delete', { run_id: runId })
    },
    async restoreRun(runId) {
      await post('runs/restore', { run_id: runId })
    },
    async setRunTag(runId, { key, value }) {
      await post('runs/set-tag', { run_id: runId, key, value })
    },
    async deleteRunTag(runId, key) {
      await post('runs/delete-tag', { run_id: runId, key })
    },
    async logBatch(runId, batch) {
      await post('runs/log-batch', { run_id: runId, ...batch })
    },
    async logInputs(runId, datasets) {
      await post('runs/log-inputs', { run_id: runId, datasets: datasets.map(writeDatasetInput) })
    },

    metricHistory: (runId, key) =>
      readPages(async (pageToken) => {
        const query = { run_id: runId, metric_key: key, max_results: historyPage, page_token: pageToken }
        const { metrics, nextPageToken } = readAnswer(metricPage, await get('metrics/get-history', query))
        return page(metrics, nextPageToken)
      }),
    async sampleMetric(runId, key, points) {
      const query = { run_ids: runId, metric_key: key, max_results: points }
      return readAnswer(metricPage, await get('metrics/get-history-bulk-interval', query)).metrics
    },
    listArtifacts: (runId, path) =>
      readPages(async (pageToken) => {
        const query = { run_id: runId, path, page_token: pageToken }
        const { files, nextPageToken } = readAnswer(filePage, await get('artifacts/list', query))
        return page(files, nextPageToken)
      }),
    async openArtifact(runId, path) {
      const { run } = readAnswer(runAnswer, await get('runs/get', { run_id: runId }))
      return openArtifact(http, { runId, artifactUri: run.artifactUri }, path, signal)
    },
  }
}

/** Some servers end a list with an empty token instead of none. */
function page<Item>(items: readonly Item[], token: string | undefined): Page<Item> {
  return token === undefined || token === '' ? { items } : { items, nextPageToken: token }
}

async function readPages<Item>(readPage: (pageToken?: string) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let next: string | undefined
  do {
    const { items: more, nextPageToken } = await readPage(next)
    for (const item of more) items.push(item)
    next = nextPageToken
  } while (next !== undefined)
  return items
}
