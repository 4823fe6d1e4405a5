import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentSummary } from '../protocol/experiments.ts'
import type { HeadlineMetric } from '../protocol/headline-metric.ts'
import type { ListedRuns, RunListQuery, RunSection } from '../protocol/listed-runs.ts'
import type { Methods, RunColumn } from '../protocol/methods.ts'

/**
 * Runs by experiment, with the headline metric and the best run of each.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for an experiment, INVALID_PARAMETER_VALUE for a filter or an order
 */
export async function listRuns(client: Client, query: RunListQuery): Promise<ListedRuns> {
  const isNamed = query.experiments.length > 0
  const chosen = await chooseExperiments(client, query.experiments)
  const listed = await Promise.all(chosen.map((experiment) => listSection(client, experiment, query)))
  return { experiments: listed.filter(({ runs }) => isNamed || runs.length > 0), query }
}

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

async function listSection(
  client: Client,
  { experimentId, name }: ExperimentSummary,
  { filter, orderBy, view, limit }: RunListQuery,
): Promise<RunSection> {
  const query = {
    experimentIds: [experimentId],
    view,
    limit,
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy === undefined ? {} : { orderBy }),
  }
  const { headline, params } = await client.call('experiments/keys', { experimentId })
  const headlineColumn: RunColumn[] = headline === null ? [] : [{ kind: 'metric', key: headline.key }]
  const columns = [...headlineColumn, ...params.map((key): RunColumn => ({ kind: 'param', key }))]
  const { runs, total } = await client.call('runs/list', { ...query, columns })
  const best = headline === null ? null : await findBestRun(client, query, headline)
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
