import { invalid } from '../protocol/mlflow/fields.ts'
import { metric, modelMetric, writeMetric } from '../protocol/mlflow/metric-json.ts'
import * as requests from '../protocol/mlflow/run-requests.ts'
import type { MetricPoint } from '../protocol/runs.ts'
import { mlflowRoute, pageShape, writePage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { Runs } from './tracking.ts'

export function createMetricRoutes(runs: Runs): RestRoute[] {
  return [
    mlflowRoute(
      'GET',
      'metrics/get-history',
      requests.metricHistory,
      async (request) => {
        const { runId, metricKey: key, maxResults: limit, pageToken } = request
        const token = pageToken === undefined ? {} : { pageToken }
        const page = await runs.metricHistory(runId, key, limit === undefined ? undefined : { limit, ...token })
        const points = page.items.map((point) => writeMetric({ key, ...point }))
        return writePage('metrics', points, page.nextPageToken)
      },
      pageShape('metrics', metric.shape),
    ),
    mlflowRoute(
      'GET',
      'metrics/get-history-bulk-interval',
      requests.metricHistoryInterval,
      async (request) => {
        const { runIds, metricKey: key, maxResults } = request
        const inRange = createRange(request)
        const histories = await Promise.all(runIds.map((runId) => runs.metricHistory(runId, key)))
        const metrics = histories.flatMap(({ items }, index) =>
          thinOut(items.filter(inRange), maxResults).map((point) =>
            writeMetric({ key, ...point, runId: runIds[index] ?? '' }),
          ),
        )
        return writePage('metrics', metrics, undefined)
      },
      pageShape('metrics', modelMetric.shape),
    ),
  ]
}

function createRange({
  startStep,
  endStep,
}: {
  startStep?: number
  endStep?: number
}): (point: MetricPoint) => boolean {
  if (startStep === undefined && endStep === undefined) return () => true
  if (startStep === undefined || endStep === undefined) {
    throw invalid('If either start step or end step are specified, both must be specified.')
  }
  if (startStep > endStep) {
    throw invalid(`end_step must be greater than start_step. Found start_step=${startStep} and end_step=${endStep}.`)
  }
  return ({ step }) => step >= startStep && step <= endStep
}

/** At most `count` points, evenly spaced, with the first and the last. */
function thinOut(points: readonly MetricPoint[], count: number): readonly MetricPoint[] {
  if (points.length <= count) return points
  if (count === 1) return points.slice(-1)
  const stride = (points.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, index) => points[Math.round(index * stride)]).filter(
    (point) => point !== undefined,
  )
}
