import { cursorLength, curveAxes } from '../protocol/curves.ts'
import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import { flag, integer, listOf, number, object, oneOf, paramsOf, text, textAs } from '../protocol/parse.ts'
import { column, metricColumn, order } from '../protocol/table-parse.ts'
import type { Artifacts } from './artifacts.ts'
import { loadRunFiles } from './load-run-files.ts'
import type { MethodTable } from './route.ts'
import { diffRuns } from '../protocol/diff-runs.ts'
import type { Tracking } from './tracking.ts'

const experimentId = textAs(parseExperimentId, 'expected the id of an experiment')
const runId = textAs(parseRunId, 'expected the id of a run')

const columns = listOf(column, 2000)
const experimentIds = listOf(experimentId, 1000)
const query = { filter: text, view: oneOf(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']) }

const parseRows = object(
  { experimentIds, columns },
  {
    ...query,
    order: listOf(order, 20),
    offset: integer(0, Number.MAX_SAFE_INTEGER),
    limit: integer(1, 1000),
    areTotalsKnown: flag,
    known: object({ rows: text, columns: listOf(text, 2000) }),
  },
)
const parseKeys = object({ experimentIds })
const parseGroups = object({ experimentIds, by: listOf(column, 10), metrics: listOf(metricColumn, 200) }, query)
const parseStatistics = object({ experimentIds, columns: listOf(column, 200) }, query)
const parseCurves = object(
  { curves: listOf(object({ runId, key: text }), 5000), axis: oneOf(curveAxes), buckets: integer(1, 4096) },
  { from: number, to: number },
)
const parseTail = object(
  {
    curves: listOf(object({ runId, key: text }), 5000),
    cursors: listOf(number, 5000 * cursorLength),
    axis: oneOf(curveAxes),
    cellWidth: number,
  },
  { from: number, to: number },
)
const parseDiff = object({ runIds: listOf(runId, 100) })

type ComparisonMethod =
  'table/rows' | 'table/keys' | 'table/groups' | 'table/statistics' | 'curves/window' | 'curves/tail' | 'runs/diff'

/** The typed methods behind the comparison of many runs. Nothing is decided here. */
export function createComparisonMethods({
  tracking: { comparison, runs },
  artifacts,
}: {
  tracking: Tracking
  artifacts: Artifacts
}): MethodTable<ComparisonMethod> {
  return {
    'table/rows': { parse: paramsOf(parseRows), run: (params) => comparison.rows(params) },
    'table/keys': {
      parse: paramsOf(parseKeys),
      run: ({ experimentIds }) => comparison.keys(experimentIds),
    },
    'table/groups': { parse: paramsOf(parseGroups), run: (params) => comparison.groups(params) },
    'table/statistics': {
      parse: paramsOf(parseStatistics),
      run: (params) => comparison.statistics(params),
    },
    'curves/window': { parse: paramsOf(parseCurves), run: (params) => comparison.curves(params) },
    'curves/tail': { parse: paramsOf(parseTail), run: (params) => comparison.tails(params) },
    'runs/diff': {
      parse: paramsOf(parseDiff),
      async run({ runIds }) {
        const found = await Promise.all(runIds.map((runId) => runs.get(runId)))
        return diffRuns(await Promise.all(found.map((run) => loadRunFiles(artifacts, run))))
      },
    },
  }
}
