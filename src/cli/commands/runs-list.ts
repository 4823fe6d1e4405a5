import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ExperimentSummary } from '../../protocol/experiments.ts'
import type { HeadlineMetric } from '../../protocol/headline-metric.ts'
import type { Methods, RunColumn } from '../../protocol/methods.ts'
import type { ViewType } from '../../protocol/runs.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { formatRunTable, type RunSection } from '../run-table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs list',
  summary: 'Lists runs by experiment, newest first, with the headline metric and the best run marked.',
  example: `runwright runs list --experiment digits --filter "metrics.accuracy > 0.9"`,
  options: {
    experiment: { type: 'string', short: 'e', value: 'NAME', multiple: true, summary: 'Only this experiment' },
    filter: { type: 'string', value: 'TEXT', summary: 'Only runs that match, in the search grammar of MLflow' },
    order: { type: 'string', value: 'CLAUSE', multiple: true, summary: 'For example "metrics.loss ASC"' },
    limit: { type: 'string', short: 'n', value: 'COUNT', summary: 'At most this many per experiment. Default: 20' },
    deleted: { type: 'boolean', summary: 'Deleted runs instead of active ones' },
  },
  async run(context, { options, json, workspace }) {
    const limit = Number(options.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 50_000) {
      throw usageError('runs list', `--limit ${options.limit} is not a whole number from 1 to 50000.`)
    }
    const query: RunQuery = {
      limit,
      view: options.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      ...(options.filter === undefined ? {} : { filter: options.filter }),
      ...(options.order.length === 0 ? {} : { orderBy: options.order }),
    }
    await using client = await context.connect(workspace)
    const named = options.experiment.length > 0
    const chosen = await chooseExperiments(client, options.experiment)
    const listed = await Promise.all(chosen.map((experiment) => listRuns(client, experiment, query)))
    const sections = listed.filter(({ runs }) => named || runs.length > 0)
    if (json) {
      context.stdout.write(toJson({ experiments: sections }))
    } else if (sections.length === 0) {
      context.stdout.write('No runs yet. "runwright run -- COMMAND" starts one.\n')
    } else {
      const { columns } = context.stdout
      context.stdout.write(sections.map((section) => formatRunTable(section, context.now(), columns)).join('\n'))
    }
  },
})

type RunQuery = Omit<Methods['runs/list']['params'], 'experimentIds' | 'columns'> & { view: ViewType; limit: number }

async function chooseExperiments(client: Client, names: readonly string[]): Promise<readonly ExperimentSummary[]> {
  const { experiments } = await client.call('experiments/list', {})
  if (names.length === 0) return experiments
  return names.map((name) => {
    const found = experiments.find((experiment) => experiment.name === name)
    if (found !== undefined) return found
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no experiment "${name}".`, {
      hint: '"runwright experiments list" shows their names.',
    })
  })
}

async function listRuns(client: Client, experiment: ExperimentSummary, query: RunQuery): Promise<RunSection> {
  const { experimentId, name } = experiment
  const { headline, params } = await client.call('experiments/keys', { experimentId })
  const headlineColumn: RunColumn[] = headline === null ? [] : [{ kind: 'metric', key: headline.key }]
  const columns = [...headlineColumn, ...params.map((key): RunColumn => ({ kind: 'param', key }))]
  const experimentIds = [experimentId]
  const { runs, total } = await client.call('runs/list', { ...query, experimentIds, columns })
  const best = headline === null ? null : await findBestRun(client, { ...query, experimentIds }, headline)
  return { experimentId, experiment: name, headline, bestRunId: best, total, columns, runs }
}

/** The best of all that match, whether the list has room for it or not. */
async function findBestRun(
  client: Client,
  query: Methods['runs/list']['params'],
  { key, goal }: HeadlineMetric,
): Promise<string | null> {
  const quoted = key.includes('`') ? `"${key}"` : `\`${key}\``
  const orderBy = [`metrics.${quoted} ${goal === 'maximize' ? 'DESC' : 'ASC'}`]
  const columns = [{ kind: 'metric', key }] as const
  const { runs } = await client.call('runs/list', { ...query, orderBy, columns, limit: 1 })
  const [first] = runs
  const value = first?.values[0]
  return first !== undefined && typeof value === 'number' && !Number.isNaN(value) ? first.runId : null
}
