import { formatMessage } from '../../base/format-message.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ExperimentSummary } from '../../protocol/experiments.ts'
import { getCell, type TableColumn } from '../../protocol/run-table.ts'
import { defineAgentTool } from '../agent-tool.ts'
import { formatMoment, formatValue, markdownTable } from '../../base/markdown-table.ts'
import { nameColumn, parseColumn, parseOrder } from '../table-columns.ts'

/** Columns shown when none is asked for. */
const maxDefaultColumns = 12

export default defineAgentTool({
  name: 'runwright_find_runs',
  referenceName: 'runwrightFindRuns',
  title: 'Find Runs',
  summary: 'Finds machine-learning runs by filter, and shows columns of them.',
  description: `Finds runs of machine-learning training in this workspace and shows them as a table, newest first unless ordered. Use it first: the other tools take the run ids or names that it shows. Without "experiments" it looks at all of them. Says how many runs match in all.`,
  icon: '$(search)',
  effect: 'reads',
  fields: {
    experiments: { type: 'texts', description: 'Names of experiments. Default: all.', max: 50 },
    filter: {
      type: 'text',
      description: `MLflow's search grammar, joined by AND: metrics.accuracy > 0.9 AND params.optimizer = 'adam' AND attributes.status = 'FAILED' AND tags.stage LIKE 'c%'. A key with other characters than letters, digits and _ stands in backquotes.`,
    },
    order: {
      type: 'texts',
      description: 'Columns to sort by, the first one first, for example "metrics.val_loss min ASC".',
      max: 5,
    },
    columns: {
      type: 'texts',
      description:
        'Columns to show: metrics.KEY (the latest value; "metrics.KEY min" or "max" for an extreme), params.KEY, tags.KEY, attributes.duration, dataset. Default: metrics and params.',
      max: 30,
    },
    limit: { type: 'integer', description: 'Runs to show. Default: 20.', min: 1, max: 100 },
    deleted: { type: 'flag', description: 'Deleted runs instead of active ones.' },
  },
  async run({ client, signal }, { experiments: names, filter, order = [], columns: wanted, limit = 20, deleted }) {
    const experiments = await chooseExperiments(client, names)
    const experimentIds = experiments.map(({ experimentId }) => experimentId)
    const columns = wanted?.map(parseColumn) ?? (await listDefaultColumns(client, experimentIds))
    const answer = await client.call(
      'table/rows',
      {
        experimentIds,
        columns,
        limit,
        view: deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
        ...(filter === undefined || filter.trim() === '' ? {} : { filter }),
        order: order.map(parseOrder),
      },
      { signal },
    )
    const nameOf = new Map(experiments.map(({ experimentId, name }) => [experimentId, name]))
    const rows = answer.rows.map(({ runId, experimentId, name, status }, row) => [
      runId,
      name,
      nameOf.get(experimentId) ?? experimentId,
      status,
      ...answer.columns.map((values, index) => formatCell(getCell(values, row), columns[index])),
    ])
    const { total = rows.length, runCount = total } = answer
    const counts = { shown: rows.length, total, runCount, experimentCount: experiments.length }
    const head = `${formatMessage(headText, counts, 'en')}\n\n`
    if (rows.length === 0) return `${head}Experiments: ${experiments.map(({ name }) => name).join(', ')}\n`
    return head + markdownTable(['run', 'name', 'experiment', 'status', ...columns.map(nameColumn)], rows)
  },
})

const headText =
  '{shown} of {total, plural, one {# matching run} other {# matching runs}} ' +
  '({runCount, plural, one {# run} other {# runs}} in ' +
  '{experimentCount, plural, one {# experiment} other {# experiments}}).'

async function chooseExperiments(
  client: Client,
  names: readonly string[] | undefined,
): Promise<readonly ExperimentSummary[]> {
  const { experiments } = await client.call('experiments/list', {})
  if (names === undefined || names.length === 0) return experiments
  return names.map((name) => {
    const found = experiments.find((experiment) => experiment.name === name)
    if (found !== undefined) return found
    const known = experiments.map((experiment) => experiment.name).join(', ')
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no experiment "${name}". There are: ${known}.`)
  })
}

/** Start and duration, the headline metric, then other metrics and params, as far as there is room. */
async function listDefaultColumns(
  client: Client,
  experimentIds: readonly ExperimentSummary['experimentId'][],
): Promise<readonly TableColumn[]> {
  const { metrics, params, headline } = await client.call('table/keys', { experimentIds })
  const ordered = [...new Set([...(headline === null ? [] : [headline.key]), ...metrics])]
  const room = maxDefaultColumns - 2
  const shownMetrics = ordered.slice(0, Math.max(room - params.length, room / 2))
  return [
    { kind: 'attribute', key: 'start_time' },
    { kind: 'attribute', key: 'duration' },
    ...shownMetrics.map((key): TableColumn => ({ kind: 'metric', key, aggregate: 'last' })),
    ...params.slice(0, room - shownMetrics.length).map((key): TableColumn => ({ kind: 'param', key })),
  ]
}

function formatCell(value: string | number | undefined, column: TableColumn | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (column?.kind !== 'attribute') return formatValue(value)
  return column.key === 'duration' ? `${formatValue(value / 1000)} s` : formatMoment(value)
}
