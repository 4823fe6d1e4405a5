import { toParam, toRunTag, checkParamKeysUnique } from '../protocol/mlflow/key-values.ts'
import { toMetric } from '../protocol/mlflow/metric-json.ts'
import { runShapes, writeRun, writeRunInfo, writeWrittenRun } from '../protocol/mlflow/run-json.ts'
import * as requests from '../protocol/mlflow/run-requests.ts'
import { shapeOfObject } from '../protocol/shape.ts'
import { createModelHistory } from './mlflow-model-history.ts'
import { mlflowRoute, pageShape, writeJsonPage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { Runs } from './tracking.ts'

const oneRun = shapeOfObject({ run: runShapes.run })

export function createRunRoutes(runs: Runs): RestRoute[] {
  const recordModel = createModelHistory(runs)
  return [
    mlflowRoute(
      'POST',
      'runs/create',
      requests.createRun,
      async ({ experimentId, runName, ...run }) => {
        const created = await runs.create({
          ...run,
          experimentId,
          ...(runName === undefined ? {} : { name: runName }),
        })
        return { run: writeRun(created) }
      },
      oneRun,
    ),
    mlflowRoute(
      'GET',
      'runs/get',
      requests.oneRun,
      async ({ runId }) => ({ run: writeRun(await runs.get(runId)) }),
      oneRun,
    ),
    mlflowRoute(
      'POST',
      'runs/update',
      requests.updateRun,
      async ({ runId, runName, ...change }) => {
        const row = await runs.update(runId, { ...change, ...(runName === undefined ? {} : { name: runName }) })
        return { run_info: writeRunInfo(row) }
      },
      shapeOfObject({ run_info: runShapes.info }),
    ),
    mlflowRoute('POST', 'runs/delete', requests.oneRun, ({ runId }) => runs.delete([runId])),
    mlflowRoute('POST', 'runs/restore', requests.oneRun, ({ runId }) => runs.restore([runId])),
    mlflowRoute(
      'POST',
      'runs/search',
      requests.searchRuns,
      async (request) => {
        const { experimentIds, runViewType, maxResults, ...query } = request
        const asked = { ...query, limit: maxResults, view: runViewType }
        const { parts, nextPageToken } = await runs.searchWritten(experimentIds, asked, writeWrittenRun)
        return writeJsonPage('runs', parts, nextPageToken)
      },
      pageShape('runs', runShapes.run),
    ),
    mlflowRoute('POST', 'runs/log-metric', requests.logMetric, ({ runId, ...metric }) =>
      runs.logBatch(runId, { metrics: [toMetric(metric)] }),
    ),
    mlflowRoute('POST', 'runs/log-parameter', requests.logParam, ({ runId, ...param }) =>
      runs.logBatch(runId, { params: [toParam(param)] }),
    ),
    mlflowRoute('POST', 'runs/log-batch', requests.logBatch, ({ runId, ...batch }) => {
      requests.checkBatchSize(batch)
      checkParamKeysUnique(batch.params)
      return runs.logBatch(runId, batch)
    }),
    mlflowRoute('POST', 'runs/set-tag', requests.setTag, ({ runId, ...tag }) =>
      runs.logBatch(runId, { tags: [toRunTag(tag)] }),
    ),
    mlflowRoute('POST', 'runs/delete-tag', requests.deleteTag, ({ runId, key }) => runs.deleteTag(runId, key)),
    mlflowRoute('POST', 'runs/log-inputs', requests.logInputs, ({ runId, datasets, models }) =>
      runs.logInputs(runId, { datasets, modelIds: models.map(({ modelId }) => modelId) }),
    ),
    mlflowRoute('POST', 'runs/outputs', requests.logOutputs, ({ runId, models }) => runs.logOutputs(runId, models)),
    mlflowRoute('POST', 'runs/log-model', requests.logModel, ({ runId, modelJson }) => recordModel(runId, modelJson)),
  ]
}
