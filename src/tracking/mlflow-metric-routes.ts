import { invalid } from '../protocol/mlflow/fields.ts'
import { metric, modelMetric, writeMetric, writePoints } from '../protocol/mlflow/metric-json.ts'
import * as requests from '../protocol/mlflow/run-requests.ts'
import type { RunId } from '../protocol/ids.ts'
import type { MetricPoint } from '../protocol/runs.ts'
import { mlflowRoute, pageShape, writePage } from './mlflow-route.ts'
import { type RestRoute, type WrittenJson, writtenJson } from './route.ts'
import type { Runs } from './tracking.ts'

export function createMetricRoutes(runs: Runs): RestRoute[] {
  return [
    mlflowRoute(
      'GET',
      'metrics/get-history',
      requests.metricHistory,
      async (request) => {
        const { maxResults = Infinity, pageToken, ...of } = request
        // Without a size all of it is one page, from its beginning.
        return writeHistory(runs, of, { wanted: maxResults, ...(maxResults === Infinity ? {} : { pageToken }) })
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

/** Points that are read at a time, and in memory. */
const pieceLength = 16_384

/**
 * A history as it is answered, in pieces, so that one of millions of points takes no more memory than a short one, and
 * no snapshot is held while a client reads slowly. Whatever is logged meanwhile, every point that was there comes once.
 *
 * @throws what keeps the first piece from being read, before there is an answer
 */
async function writeHistory(
  runs: Runs,
  { runId, metricKey: key }: { readonly runId: RunId; readonly metricKey: string },
  { wanted, pageToken }: { readonly wanted: number; readonly pageToken?: string | undefined },
): Promise<WrittenJson | object> {
  const read = (left: number, token: string | undefined) =>
    runs.metricPoints(runId, key, {
      limit: Math.min(left, pieceLength),
      ...(token === undefined ? {} : { pageToken: token }),
    })
  let piece = await read(wanted, pageToken)
  if (piece.points.steps.length === 0) return {}
  async function* write(): AsyncGenerator<string> {
    let text = '{"metrics":['
    for (let left = wanted - piece.points.steps.length; ; left -= piece.points.steps.length) {
      text += writePoints(key, piece.points)
      if (left === 0 || piece.nextPageToken === undefined) break
      yield text
      text = ','
      piece = await read(left, piece.nextPageToken)
    }
    const { nextPageToken: token } = piece
    yield `${text}]${token === undefined ? '' : `,"next_page_token":${JSON.stringify(token)}`}}`
  }
  return { [writtenJson]: write() }
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
