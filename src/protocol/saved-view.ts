import { parseRunId, type RunId } from './ids.ts'
import { curveAxes, type CurveAxis } from './curves.ts'
import { type DiffSection, diffSections } from './run-diff.ts'
import { isRecord } from './json.ts'
import { flag, listOf, number, object, oneOf, type Parser, refine, refuse, text, textAs } from './parse.ts'
import type { TableColumn, TableOrder } from './run-table.ts'
import { column, order } from './table-parse.ts'

/**
 * A view of the comparison, as it is kept in a file of the workspace, `.runwright/views/NAME.json`: what is shown, and
 * nothing of the runs themselves. Experiments are named, so that the file means the same on another machine.
 */
export interface SavedView {
  readonly version: 1
  readonly title: string
  readonly experiments: readonly string[]
  /** MLflow's search grammar with names that stand alone. */
  readonly filter: string
  readonly order: readonly TableOrder[]
  /** From left to right; the pinned ones stay in sight. */
  readonly columns: readonly ViewColumn[]
  readonly groupBy: readonly TableColumn[]
  /** Runs chosen for charts and differences, in the order they were chosen. */
  readonly chosen: readonly RunId[]
  /** Runs left out of the table and the charts. */
  readonly hidden: readonly RunId[]
  /** Runs that stay at the top of the table, whatever its order and filter; missing for none. */
  readonly pinned?: readonly RunId[]
  /** Colours that the user gave; the others follow from the order of choice. `#rrggbb`. */
  readonly colors: Readonly<Record<string, string>>
  readonly charts: readonly ChartSpec[]
  readonly tab: ViewTab
  /** Missing while it is as it first opens. */
  readonly differences?: DifferencesView
  /** What of the artifacts is shown; missing until something was chosen. */
  readonly artifact?: ShownArtifact
}

/** How the differences between the chosen runs are shown. */
export interface DifferencesView {
  /** The run that metrics are compared with; default: the first chosen one. */
  readonly reference?: RunId
  /** Sections that are folded up. */
  readonly closed: readonly DiffSection['name'][]
  readonly showsEqual: boolean
  /** Runs as rows rather than as columns. */
  readonly isTransposed: boolean
}

export interface ShownArtifact {
  /** As artifacts are grouped by; empty for all that is seen and heard. */
  readonly key: string
  /** Missing for the last one. */
  readonly step?: number
}

/** As many pinned runs as a table keeps in sight on a high screen. */
export const maxPinned = 20

export const viewTabs = ['runs', 'charts', 'differences', 'artifacts'] as const
export type ViewTab = (typeof viewTabs)[number]

export interface ViewColumn {
  readonly column: TableColumn
  /** CSS pixels. */
  readonly width: number
  readonly pinned: boolean
}

/** One chart; `id` is unique in its view. */
export type ChartSpec =
  | CurveChartSpec
  | CurveRuleSpec
  | ScatterChartSpec
  | ParallelChartSpec
  | BarChartSpec
  | ImportanceChartSpec
  | DistributionChartSpec
  | LoggedChartSpec

/** Metrics over steps or time, a line for each chosen run and metric. */
export interface CurveChartSpec {
  readonly kind: 'curves'
  readonly id: string
  /** Metrics by name. */
  readonly keys: readonly string[]
  readonly axis: CurveAxis
  /** A metric that takes the place of the axis. */
  readonly xMetric?: string
  /** The mean of each group of runs in place of a line for each run. */
  readonly group?: CurveGroup
  readonly logX: boolean
  readonly logY: boolean
  /** Weight of the past in an exponential moving average: 0 shows the raw curve alone, below 1. */
  readonly smoothing: number
  /** Whether the y axis leaves out the outermost values; the chart says so. */
  readonly clipOutliers: boolean
}

/** A chart of curves for each metric whose name matches, in the order of the names; drawn as one would be. */
export interface CurveRuleSpec extends Omit<CurveChartSpec, 'kind' | 'keys'> {
  readonly kind: 'rule'
  /** A regular expression of JavaScript, in any case of letters. */
  readonly pattern: string
}

/** Runs that have the same value in a column are a group; the band around their mean. */
export interface CurveGroup {
  readonly by: TableColumn
  readonly band: CurveBand
}

/** From the least to the greatest value, or a standard deviation to both sides. */
export const curveBands = ['range', 'deviation'] as const
export type CurveBand = (typeof curveBands)[number]

export interface ScatterChartSpec {
  readonly kind: 'scatter'
  readonly id: string
  readonly x: TableColumn
  readonly y: TableColumn
  readonly color?: TableColumn
  /** Whether the plane between the dots is filled by what they are coloured by. */
  readonly contour?: boolean
  readonly logX: boolean
  readonly logY: boolean
}

export interface ParallelChartSpec {
  readonly kind: 'parallel'
  readonly id: string
  readonly columns: readonly TableColumn[]
  /** The column that lines are coloured by. */
  readonly color?: TableColumn
}

export interface BarChartSpec {
  readonly kind: 'bar'
  readonly id: string
  readonly column: TableColumn
}

/** How much columns tell of a metric over all runs of the view. */
export interface ImportanceChartSpec {
  readonly kind: 'importance'
  readonly id: string
  readonly target: TableColumn
  readonly columns: readonly TableColumn[]
}

/** Over steps or time, how the values of a metric are spread over the runs: a histogram for each stretch. */
export interface DistributionChartSpec {
  readonly kind: 'distribution'
  readonly id: string
  readonly key: string
  readonly axis: CurveAxis
}

/** Charts of a table that runs have logged, by its path among their artifacts. */
export type LoggedChartSpec = ConfusionMatrixSpec | RankingChartSpec | HistogramSpec

export interface ConfusionMatrixSpec {
  readonly kind: 'confusion-matrix'
  readonly id: string
  readonly path: string
  /** The column of true labels. */
  readonly truth: string
  /** The column of predicted labels; without it, every other column counts the predictions of the label it names. */
  readonly predicted?: string
  /** The column of how often; without it, every row counts once. */
  readonly count?: string
}

export interface RankingChartSpec {
  readonly kind: 'roc' | 'precision-recall'
  readonly id: string
  readonly path: string
  /** The column of true labels. */
  readonly truth: string
  /** The column of numbers that are the higher, the likelier a row is positive. */
  readonly score: string
  readonly weight?: string
  /** The label that is positive; default: the last one in order. */
  readonly positive?: string
}

/** Over steps, how often which values were there, as a run has logged it: a row of the table for each bin of each step. */
export interface HistogramSpec {
  readonly kind: 'histogram'
  readonly id: string
  readonly path: string
  readonly step: string
  /** The column of where bins begin; without `to`, of single values. */
  readonly from: string
  readonly to?: string
  /** The column of how often; without it, every row counts once. */
  readonly count?: string
}

const runId = textAs(parseRunId, 'expected the id of a run')
const viewColumn = object({ column, width: number, pinned: flag })
const chartId = { id: text }

const curveOptions = {
  axis: oneOf(curveAxes),
  logX: flag,
  logY: flag,
  smoothing: refine(number, (value) => Math.min(0.999, Math.max(0, value))),
  clipOutliers: flag,
}
const optionalCurveOptions = { xMetric: text, group: object({ by: column, band: oneOf(curveBands) }) }

const curveChart = object(
  { kind: oneOf(['curves']), ...chartId, keys: listOf(text, 100), ...curveOptions },
  optionalCurveOptions,
)
const curveRule = object({ kind: oneOf(['rule']), ...chartId, pattern: text, ...curveOptions }, optionalCurveOptions)
const scatterChart = object(
  { kind: oneOf(['scatter']), ...chartId, x: column, y: column, logX: flag, logY: flag },
  { color: column, contour: flag },
)
const parallelChart = object({ kind: oneOf(['parallel']), ...chartId, columns: listOf(column, 50) }, { color: column })
const barChart = object({ kind: oneOf(['bar']), ...chartId, column })
const importanceChart = object({
  kind: oneOf(['importance']),
  ...chartId,
  target: column,
  columns: listOf(column, 50),
})
const distributionChart = object({ kind: oneOf(['distribution']), ...chartId, key: text, axis: oneOf(curveAxes) })
const confusionMatrix = object(
  { kind: oneOf(['confusion-matrix']), ...chartId, path: text, truth: text },
  { predicted: text, count: text },
)
const rankingChart = object(
  { kind: oneOf(['roc', 'precision-recall']), ...chartId, path: text, truth: text, score: text },
  { weight: text, positive: text },
)
const histogram = object(
  { kind: oneOf(['histogram']), ...chartId, path: text, step: text, from: text },
  { to: text, count: text },
)
export const chartKinds = [
  'curves',
  'rule',
  'scatter',
  'parallel',
  'bar',
  'importance',
  'distribution',
  'confusion-matrix',
  'roc',
  'precision-recall',
  'histogram',
] as const
const chartKind = object({ kind: oneOf(chartKinds) })

const chart: Parser<ChartSpec> = (value, path) => {
  switch (chartKind(value, path).kind) {
    case 'curves':
      return curveChart(value, path)
    case 'rule':
      return curveRule(value, path)
    case 'scatter':
      return scatterChart(value, path)
    case 'parallel':
      return parallelChart(value, path)
    case 'bar':
      return barChart(value, path)
    case 'importance':
      return importanceChart(value, path)
    case 'distribution':
      return distributionChart(value, path)
    case 'confusion-matrix':
      return confusionMatrix(value, path)
    case 'roc':
    case 'precision-recall':
      return rankingChart(value, path)
    case 'histogram':
      return histogram(value, path)
  }
}

const colors: Parser<Readonly<Record<string, string>>> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected an object')
  return Object.fromEntries(
    Object.entries(value).map(([key, color]) => {
      if (parseRunId(key) === undefined) return refuse(key, path, 'expected ids of runs')
      if (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color)) {
        return refuse(color, `${path}.${key}`, 'expected a colour such as #0072b2')
      }
      return [key, color]
    }),
  )
}

const version: Parser<1> = (value, path) => (value === 1 ? 1 : refuse(value, path, 'expected version 1 of a view'))

const differences = object(
  { closed: listOf(oneOf(diffSections), 100), showsEqual: flag, isTransposed: flag },
  { reference: runId },
)

const required = {
  version,
  title: text,
  experiments: listOf(text, 1000),
  filter: text,
  order: listOf(order, 20),
  columns: listOf(viewColumn, 2000),
  groupBy: listOf(column, 10),
  chosen: listOf(runId, 1000),
  hidden: listOf(runId, 10_000),
  colors,
  charts: listOf(chart, 200),
  tab: oneOf(viewTabs),
}
const artifact = object({ key: text }, { step: number })

const savedView = object(required, { pinned: listOf(runId, maxPinned), differences, artifact })

/** Reads a view from a file or a message. @throws INVALID_PARAMETER_VALUE naming the field */
export function parseSavedView(value: unknown): SavedView {
  return savedView(value, '')
}
