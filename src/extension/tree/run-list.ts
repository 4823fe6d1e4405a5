import type { Client } from '../../protocol/client.ts'
import type { ExperimentId, RunId } from '../../protocol/ids.ts'
import type { Methods, RunColumn, RunListRow } from '../../protocol/methods.ts'
import type { Metric } from '../../protocol/runs.ts'
import { tagNames } from '../../protocol/tag-names.ts'
import type { ExperimentElement, GroupElement, MoreElement, RunElement } from './element.ts'
import { toRunQuery, type GroupBy, type ViewOptions } from './view-options.ts'

/** Runs shown at first, and added each time the user asks for more. */
export const pageSize = 200

/** The runs of one experiment that the view shows, in order. */
export interface RunList {
  readonly runs: readonly RunElement[]
  /** All that match, whatever is shown. */
  readonly total: number
  readonly columns: readonly RunColumn[]
  readonly groups: readonly GroupElement[] | undefined
  readonly more: MoreElement | undefined
}

type RunPage = Methods['runs/list']['result']

/** Fetches the first `limit` runs as the options arrange them. */
export function loadRuns(
  client: Client,
  experiment: ExperimentElement,
  options: ViewOptions,
  limit: number,
): Promise<RunPage> {
  const experimentIds: readonly ExperimentId[] = [experiment.experiment.experimentId]
  const query = toRunQuery(options, experiment.headline ?? null)
  const columns = [...(query.columns ?? []), searchColumn]
  return client.call('runs/list', { experimentIds, ...query, columns, limit })
}

/** Comes last, behind what the options ask for. */
const searchColumn: RunColumn = { kind: 'tag', key: tagNames.compression }

function findValue(row: RunListRow, columns: readonly RunColumn[], wanted: RunColumn): string | number | null {
  const index = columns.findIndex(({ kind, key }) => kind === wanted.kind && key === wanted.key)
  return row.values[index] ?? null
}

function groupValue(row: RunListRow, columns: readonly RunColumn[], groupBy: GroupBy): string | null {
  if (groupBy.kind === 'status') return row.status
  const value = findValue(row, columns, { kind: groupBy.kind, key: groupBy.key })
  return value === null ? null : String(value)
}

function groupRuns(
  experiment: ExperimentElement,
  runs: readonly RunElement[],
  columns: readonly RunColumn[],
  groupBy: GroupBy,
  previous: readonly GroupElement[],
): readonly GroupElement[] {
  const byValue = Map.groupBy(runs, (run) => groupValue(run.row, columns, groupBy))
  return [...byValue].map(([value, members]) => {
    const id = `${experiment.id}/by/${groupBy.kind}/${groupBy.key}/${value === null ? 'none' : `=${value}`}`
    const group: GroupElement = previous.find((known) => known.id === id) ?? {
      kind: 'group',
      id,
      experiment,
      name: groupBy.key,
      value,
      runs: [],
    }
    group.runs = members
    for (const run of members) run.group = group
    return group
  })
}

export interface RunListChange {
  readonly list: RunList
  /** Runs whose row is not what it was. */
  readonly changed: RunElement[]
  /** Runs came, went or changed places: the experiment's children must be drawn anew. */
  readonly rearranged: boolean
}

/**
 * Puts rows fetched now in the place of those shown before, keeping the element of each run that was already shown.
 */
export function arrangeRuns(
  experiment: ExperimentElement,
  options: ViewOptions,
  page: RunPage,
  previous: RunList | undefined,
  isChosen: (runId: RunId) => boolean,
): RunListChange {
  const headline = experiment.headline ?? null
  const columns = toRunQuery(options, headline).columns ?? []
  const known = new Map(previous?.runs.map((run) => [run.row.runId, run]))
  const changed: RunElement[] = []

  const runs = page.runs.map((row) => {
    const headlineValue = headline ? findValue(row, columns, { kind: 'metric', key: headline.key }) : null
    const isSearch = row.values[columns.length] === 'search'
    const run = known.get(row.runId)
    if (run === undefined) {
      const id = `${experiment.id}/${row.runId}`
      const chosen = isChosen(row.runId)
      return {
        kind: 'run',
        id,
        experiment,
        group: undefined,
        row,
        headlineValue,
        chosen,
        isSearch,
      } satisfies RunElement
    }
    if (JSON.stringify(run.row) !== JSON.stringify(row) || run.headlineValue !== headlineValue) {
      changed.push(run)
      run.row = row
      run.headlineValue = headlineValue
      run.isSearch = isSearch
    }
    return run
  })

  const groupOf = new Map(runs.map((run) => [run, run.group]))
  for (const run of runs) run.group = undefined
  const { groupBy } = options
  const groups = groupBy ? groupRuns(experiment, runs, columns, groupBy, previous?.groups ?? []) : undefined

  const more = page.nextPageToken !== undefined ? (previous?.more ?? newMoreElement(experiment)) : undefined
  const rearranged =
    previous === undefined ||
    runs.length !== previous.runs.length ||
    page.total !== previous.total ||
    runs.some((run, index) => run !== previous.runs[index] || run.group !== groupOf.get(run))
  if (more) Object.assign(more, { shown: runs.length, total: page.total, totalIsAtLeast: page.totalIsAtLeast === true })
  return {
    list: { runs, total: page.total, columns, groups, more },
    changed,
    rearranged,
  }
}

function newMoreElement(experiment: ExperimentElement): MoreElement {
  return { kind: 'more', id: `${experiment.id}/more`, experiment, shown: 0, total: 0, totalIsAtLeast: false }
}

/** Takes the headline metric's newest value into the run; false when nothing that is shown changed. */
export function takeMetrics(run: RunElement, latest: readonly Metric[]): boolean {
  const key = run.experiment.headline?.key
  const metric = latest.find((metric) => metric.key === key)
  if (metric === undefined || metric.value === run.headlineValue) return false
  run.headlineValue = metric.value
  return true
}
