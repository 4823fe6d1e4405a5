import { createHash } from 'node:crypto'
import { openArtifact } from '../../client/mlflow-artifacts.ts'
import { metricPage, readAnswer } from '../../client/mlflow-answers.ts'
import type { MlflowApi } from '../../client/mlflow-api.ts'
import type { MlflowHttp } from '../../client/mlflow-http.ts'
import type { ImportedPoints } from '../../protocol/import.ts'
import type { Experiment } from '../../protocol/experiments.ts'
import type { Run } from '../../protocol/runs.ts'
import { createPointColumns } from '../point-columns.ts'
import type { SourceRun } from '../run-source.ts'
import { walkArtifacts } from './walk-artifacts.ts'

export interface MlflowServerSource {
  readonly http: MlflowHttp
  readonly api: MlflowApi
  readonly experiments: readonly Experiment[]
}

/** Runs that one answer holds. */
const pageRuns = 100

/** Points that one answer holds. */
const pagePoints = 25_000

/** Oldest first, an experiment after the other: what is logged meanwhile comes last. */
export async function* readServerRuns(source: MlflowServerSource): AsyncGenerator<SourceRun> {
  const { api, experiments } = source
  for (const experiment of experiments) {
    let pageToken: string | undefined
    do {
      const { items, nextPageToken } = await api.searchRuns({
        experimentIds: [experiment.experimentId],
        orderBy: ['attributes.start_time ASC'],
        limit: pageRuns,
        ...(pageToken === undefined ? {} : { pageToken }),
      })
      for (const run of items) yield toSourceRun(source, experiment, run)
      pageToken = nextPageToken
    } while (pageToken !== undefined)
  }
}

function toSourceRun({ http, api }: MlflowServerSource, experiment: Experiment, run: Run): SourceRun {
  const { runId, name, status, userId, startTime, endTime, params, tags, datasets, artifactUri, metrics } = run
  return {
    key: runId,
    experiment: experiment.name,
    experimentTags: experiment.tags,
    name,
    status,
    userId,
    startTime,
    ...(endTime === undefined ? {} : { endTime }),
    params,
    tags,
    datasets,
    fingerprint: createHash('sha256').update(JSON.stringify(run)).digest('hex'),
    points: () =>
      readPoints(
        http,
        runId,
        metrics.map(({ key }) => key),
      ),
    artifacts: () =>
      walkArtifacts(
        (path) => api.listArtifacts(runId, path),
        (path) => openArtifact(http, { runId, artifactUri }, path),
      ),
  }
}

async function* readPoints(http: MlflowHttp, runId: string, keys: readonly string[]): AsyncGenerator<ImportedPoints> {
  for (const key of keys) {
    let token: string | undefined
    do {
      const query = { run_id: runId, metric_key: key, max_results: pagePoints, page_token: token }
      const { metrics, nextPageToken } = readAnswer(
        metricPage,
        await http.get('/api/2.0/mlflow/metrics/get-history', query),
      )
      const columns = createPointColumns()
      for (const { step, timestamp, value } of metrics) columns.add(key, step, timestamp, value)
      yield* columns.take()
      token = nextPageToken === '' ? undefined : nextPageToken
    } while (token !== undefined)
  }
}
