import { findRun } from '../../client/find-run.ts'
import type { Client } from '../../protocol/client.ts'
import { inferGoal } from '../../protocol/headline-metric.ts'
import type { Run } from '../../protocol/runs.ts'
import { defineAgentTool } from '../agent-tool.ts'
import { type CurveSummary, type Goal, type ReadCurve, summarizeCurve, type Trend } from '../curve-summary.ts'
import { formatValue, markdownTable } from '../../base/markdown-table.ts'

const trendMeanings: Readonly<Record<Trend, string>> = {
  empty: 'no finite value',
  diverged: 'in the last quarter of steps not finite, or worse than before by more than half of the range',
  short: 'fewer than 8 points',
  constant: 'all values are equal',
  improving: 'the last quarter of steps improved the best value by more than 1 % of the range',
  worsening: 'the best of the last quarter is worse than the best before by more than 10 % of the range',
  plateau: 'the last quarter improved the best value by 1 % of the range or less',
}

export default defineAgentTool({
  name: 'runwright_summarize_curves',
  referenceName: 'runwrightSummarizeCurves',
  title: 'Summarize Metric Curves',
  summary: 'Says how a metric went over the steps of runs: trend, plateau, divergence, best step, rank.',
  description: `Says how a metric went over the steps of 1 to 20 runs: trend (improving, plateau, worsening, diverged, …), the best value and its step, the step since which it is within 1 % of the range of the best, first and last value, values that are not finite, and a dozen values to see its shape. Ranks the runs by their best value and compares them with the best run of the experiment. Exact for any length.`,
  icon: '$(graph-line)',
  effect: 'reads',
  fields: {
    runs: {
      type: 'texts',
      description: 'Ids of runs, the beginnings of ids, or names.',
      required: true,
      min: 1,
      max: 20,
    },
    metric: { type: 'text', description: 'Key of the metric, for example val_loss.', required: true },
    goal: {
      type: 'text',
      values: ['maximize', 'minimize'],
      description: 'Which values are better. Default: by the name of the metric: losses and errors are minimized.',
    },
    from: { type: 'integer', description: 'Only from this step on.', min: Number.MIN_SAFE_INTEGER },
    to: { type: 'integer', description: 'Only up to this step.', min: Number.MIN_SAFE_INTEGER },
  },
  async run({ client, signal }, { runs: names, metric, goal: wanted, from, to }) {
    const goal: Goal = wanted === 'maximize' || wanted === 'minimize' ? wanted : inferGoal(metric)
    const runIds = [...new Set(await Promise.all(names.map((text) => findRun(client, text))))]
    const summarized = await Promise.all(
      runIds.map(async (runId) => {
        const { run } = await client.call('runs/get', { runId }, { signal })
        const summary = await summarizeCurve(createReader(client, run, metric, signal), goal, { from, to })
        return { run, summary }
      }),
    )
    const found = summarized.flatMap(({ run, summary }) => (summary === undefined ? [] : [{ run, summary }]))
    const missing = summarized.filter(({ summary }) => summary === undefined).map(({ run }) => run.name)
    const ranked = found.toSorted((a, b) => compareBest(a.summary, b.summary, goal))
    const trends = [...new Set(found.map(({ summary }) => summary.trend))]
    const lines = [
      `Metric ${metric}, ${goal === 'maximize' ? 'greater' : 'less'} is better; the best run first.\n`,
      ...(ranked.length === 0 ? [] : [formatTable(ranked)]),
      ...(missing.length === 0 ? [] : [`Without this metric: ${missing.join(', ')}.\n`]),
      ...(await describeBest(client, summarized[0]?.run, metric, goal)),
      ...trends.map((trend) => `- ${trend}: ${trendMeanings[trend]}`),
      ...(found.length === 0 ? [] : ['', 'Values (step: value):', ...ranked.map(formatSamples)]),
    ]
    return `${lines.join('\n')}\n`
  },
})

interface Summarized {
  readonly run: Run
  readonly summary: CurveSummary
}

function createReader(client: Client, { runId }: Run, key: string, signal: AbortSignal): ReadCurve {
  return async (from, to, buckets) => {
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
    const query = { curves: [{ runId, key }], axis: 'step', buckets, ...range } as const
    const { curves } = await client.call('curves/window', query, { signal })
    return curves[0] ?? { kind: 'missing' }
  }
}

/** Runs without a finite value come last. */
function compareBest(a: CurveSummary, b: CurveSummary, goal: Goal): number {
  if (a.best === undefined || b.best === undefined) return Number(a.best === undefined) - Number(b.best === undefined)
  return goal === 'maximize' ? b.best.value - a.best.value : a.best.value - b.best.value
}

function formatTable(ranked: readonly Summarized[]): string {
  const header = [
    'rank',
    'run',
    'status',
    'trend',
    'best',
    'at step',
    'near it since',
    'first',
    'last',
    'steps',
    'points',
    'not finite',
  ]
  const rows = ranked.map(({ run, summary }, index) => {
    const { trend, best, nearBestSince, first, last, firstStep, lastStep, pointCount, specials } = summary
    return [
      String(index + 1),
      `${run.name} (${run.runId})`,
      run.status,
      trend,
      best === undefined ? '' : formatValue(best.value),
      best === undefined ? '' : String(best.step),
      nearBestSince === undefined ? '' : String(nearBestSince),
      formatValue(first),
      formatValue(last),
      `${firstStep} to ${lastStep}`,
      `${pointCount.isExact ? '' : 'over '}${pointCount.count}`,
      specials.join(', '),
    ]
  })
  return markdownTable(header, rows)
}

function formatSamples({ run, summary }: Summarized): string {
  return `- ${run.name}: ${summary.samples.map(({ step, value }) => `${step}: ${formatValue(value)}`).join(', ')}`
}

/** The best of all runs of the experiment, whether it was asked about or not. */
async function describeBest(
  client: Client,
  run: Run | undefined,
  metric: string,
  goal: Goal,
): Promise<readonly string[]> {
  if (run === undefined) return []
  const aggregate = goal === 'maximize' ? 'max' : 'min'
  const column = { kind: 'metric', key: metric, aggregate } as const
  const order = [{ column, descending: goal === 'maximize' }]
  const query = { experimentIds: [run.experimentId], columns: [column], order, limit: 1 }
  const { rows, columns } = await client.call('table/rows', query)
  const [row, values] = [rows[0], columns[0]]
  if (row === undefined || values?.kind !== 'numbers' || values.present[0] !== 1) return []
  const value = formatValue(values.numbers[0] ?? Number.NaN)
  return [`Best of all runs of the experiment, over all their steps: ${row.name} (${row.runId}) with ${value}.\n`]
}
