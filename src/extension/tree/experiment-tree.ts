import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { ExperimentId, RunId } from '../../protocol/ids.ts'
import { createCoalesced } from './coalesced.ts'
import type { ExperimentElement, RunElement, TreeElement } from './element.ts'
import { countLiveRuns, type LiveRuns } from './live-runs.ts'
import { createRunDetails, type RunDetails } from './run-details.ts'
import { arrangeRuns, loadRuns, pageSize, takeMetrics, type RunList } from './run-list.ts'
import { isOrderedByMetric, type ViewOptions } from './view-options.ts'
import { localize } from '../localize.ts'

/** The experiments of one connection and what is below them: fetched when looked at, kept true by events. */
export interface ExperimentTree {
  experiments(): Promise<readonly ExperimentElement[]>
  children(element: TreeElement): Promise<readonly TreeElement[]>
  loadMore(experiment: ExperimentElement): Promise<void>
  /** Fetches anew all that was fetched before, as after a change of the view options. */
  reload(): Promise<void>
  apply(event: ChangeEvent): void
  /** Runs shown now. */
  runs(): readonly RunElement[]
  /** Over all experiments; none until they were fetched. */
  liveRuns(): LiveRuns
}

export interface ExperimentTreeParts {
  readonly connectionId: string
  readonly place: ExperimentElement['place']
  readonly client: Client
  options(): ViewOptions
  isChosen(runId: RunId): boolean
  /** These elements, or the list of experiments itself, must be drawn anew. */
  changed(elements: readonly TreeElement[] | 'experiments'): void
  /** Something that nobody waits for went wrong: a reload after an event. */
  failed(error: unknown): void
}

type MetricsEvent = Extract<ChangeEvent, { kind: 'metrics' }>

/** One experiment that was opened, and the runs fetched for it. */
interface OpenExperiment {
  readonly element: ExperimentElement
  list: RunList | undefined
  /** Runs to show, as far as there are so many. */
  wanted: number
  /** Metrics that came while runs were being fetched, whose answer may be older; undefined at other times. */
  early: MetricsEvent[] | undefined
  readonly reload: () => Promise<void>
}

export function createExperimentTree(parts: ExperimentTreeParts): ExperimentTree {
  const { client, connectionId, place } = parts
  let experiments: readonly ExperimentElement[] | undefined
  const opened = new Map<ExperimentId, OpenExperiment>()
  const details = new WeakMap<RunElement, RunDetails>()

  const shownRuns = () => [...opened.values()].flatMap(({ list }) => list?.runs ?? [])
  const findRun = (experimentId: ExperimentId, runId: RunId) =>
    opened.get(experimentId)?.list?.runs.find((run) => run.row.runId === runId)

  const findDetails = ({ experimentId, runId }: { experimentId: ExperimentId; runId: RunId }) => {
    const run = findRun(experimentId, runId)
    return run && details.get(run)
  }

  const reloadExperiments = createCoalesced(async () => {
    const answer = await client.call('experiments/list', {})
    const known = new Map(experiments?.map((element) => [element.experiment.experimentId, element]))
    // The one that MLflow always has is shown once it is used.
    const shown = answer.experiments.filter(isUsed)
    const before = experiments
    const changed: ExperimentElement[] = []
    experiments = shown.map((experiment) => {
      const id = `${connectionId}/${experiment.experimentId}`
      const element = known.get(experiment.experimentId)
      if (element === undefined) return { kind: 'experiment', id, connectionId, place, experiment, headline: undefined }
      if (isShownDifferently(element, experiment)) changed.push(element)
      element.experiment = experiment
      return element
    })
    const listed = new Set(shown.map(({ experimentId }) => experimentId))
    for (const experimentId of opened.keys()) if (!listed.has(experimentId)) opened.delete(experimentId)
    if (before === undefined) return
    const moved =
      experiments.length !== before.length || experiments.some((element, index) => element !== before[index])
    if (moved) parts.changed('experiments')
    else if (changed.length > 0) parts.changed(changed)
  })

  /** Resolves to whether it is another one than before. */
  const loadHeadline = async (element: ExperimentElement): Promise<boolean> => {
    const { headline } = await client.call('experiments/keys', { experimentId: element.experiment.experimentId })
    const isNew = headline?.key !== element.headline?.key
    element.headline = headline
    return isNew
  }

  /** Replaces what is shown of an experiment by its first runs, as many as are shown now. */
  const reloadRuns = async (open: OpenExperiment): Promise<void> => {
    const { element } = open
    const early: MetricsEvent[] = (open.early = [])
    try {
      const isRelabelled = await loadHeadline(element)
      const options = parts.options()
      const page = await loadRuns(client, element, options, open.wanted)
      const isFirst = open.list === undefined
      const { list, changed, rearranged } = arrangeRuns(element, options, page, open.list, parts.isChosen)
      open.list = list
      for (const { experimentId, runId, latest } of early) {
        const run = findRun(experimentId, runId)
        if (run && takeMetrics(run, latest)) changed.push(run)
      }
      if (isRelabelled || (rearranged && !isFirst)) parts.changed([element])
      else if (changed.length > 0) parts.changed(changed)
    } finally {
      open.early = undefined
    }
  }

  const openExperiment = (element: ExperimentElement): OpenExperiment => {
    const { experimentId } = element.experiment
    const known = opened.get(experimentId)
    if (known) return known
    const open: OpenExperiment = {
      early: undefined,
      element,
      list: undefined,
      wanted: pageSize,
      reload: createCoalesced(() => reloadRuns(open)),
    }
    opened.set(experimentId, open)
    return open
  }

  const experimentChildren = async (element: ExperimentElement): Promise<readonly TreeElement[]> => {
    const open = openExperiment(element)
    if (open.list === undefined) await open.reload()
    const { list } = open
    if (list === undefined || list.runs.length === 0) {
      const hidden = element.experiment.runCount > 0
      const text = hidden ? localize('No run matches the filter') : localize('No runs yet')
      return [{ kind: 'notice', id: `${element.id}/empty`, parent: element, severity: 'info', text, hint: undefined }]
    }
    return [...(list.groups ?? list.runs), ...(list.more ? [list.more] : [])]
  }

  const detailsOf = (run: RunElement): RunDetails => {
    const known = details.get(run) ?? createRunDetails(client, run)
    details.set(run, known)
    return known
  }

  /** Work started by an event: nobody waits for it. */
  const inBackground = (work: Promise<void>) => void work.catch(parts.failed)

  const applyMetrics = (event: MetricsEvent) => {
    const open = opened.get(event.experimentId)
    open?.early?.push(event)
    const run = findRun(event.experimentId, event.runId)
    if (open === undefined || run === undefined) return
    const ofRun = takeMetrics(run, event.latest) ? [run] : []
    const ofDetails = details.get(run)?.takeMetrics(event.latest) ?? []
    if (ofRun.length + ofDetails.length > 0) parts.changed([...ofRun, ...ofDetails])
    const moves = event.latest.some(({ key }) => isOrderedByMetric(parts.options(), key))
    // The first metric of an experiment also settles which one is its headline.
    if (moves || run.experiment.headline === null) inBackground(open.reload())
  }

  const applyRun = (event: Extract<ChangeEvent, { kind: 'run' }>) => {
    const open = opened.get(event.experimentId)
    const ofDetails = findDetails(event)?.runChanged() ?? []
    if (ofDetails.length > 0) parts.changed(ofDetails)
    // Also while its first runs are being fetched: the answer may be older than the event.
    if (open !== undefined) inBackground(open.reload())
    if (experiments) inBackground(reloadExperiments())
  }

  const reload = async () => {
    const cleared = shownRuns().flatMap((run) => details.get(run)?.clear() ?? [])
    if (cleared.length > 0) parts.changed(cleared)
    if (experiments) await reloadExperiments()
    await Promise.all([...opened.values()].map((open) => open.reload()))
  }

  return {
    async experiments() {
      if (experiments === undefined) await reloadExperiments()
      return experiments ?? []
    },
    async children(element) {
      switch (element.kind) {
        case 'experiment':
          return experimentChildren(element)
        case 'group':
          return element.runs
        case 'run':
          return detailsOf(element).sections
        case 'section':
          return detailsOf(element.run).children(element)
        case 'artifact':
          return detailsOf(element.run).children(element)
        default:
          return []
      }
    },
    async loadMore(experiment) {
      const open = openExperiment(experiment)
      open.wanted = (open.list?.runs.length ?? 0) + pageSize
      await open.reload()
    },
    reload,
    apply(event) {
      switch (event.kind) {
        case 'reset':
          return inBackground(reload())
        case 'experiment':
          if (experiments) inBackground(reloadExperiments())
          // Its headline metric is a tag of it.
          inBackground(openedReload(opened, event.experimentId))
          return
        case 'run':
          return applyRun(event)
        case 'metrics':
          return applyMetrics(event)
        case 'artifacts': {
          const ofDetails = findDetails(event)?.artifactsChanged() ?? []
          if (ofDetails.length > 0) parts.changed(ofDetails)
          return
        }
        case 'stop-requested':
          return
      }
    },
    runs: shownRuns,
    liveRuns: () => countLiveRuns((experiments ?? []).map(({ experiment }) => experiment)),
  }
}

function openedReload(opened: ReadonlyMap<ExperimentId, OpenExperiment>, experimentId: ExperimentId): Promise<void> {
  return opened.get(experimentId)?.reload() ?? Promise.resolve()
}

function isUsed({ experimentId, runCount, runCountIsAtLeast }: ExperimentElement['experiment']): boolean {
  return experimentId !== '0' || runCount > 0 || runCountIsAtLeast === true
}

function isShownDifferently(element: ExperimentElement, next: ExperimentElement['experiment']): boolean {
  const { name, runCount, activeRunCount, scheduledRunCount } = element.experiment
  return (
    name !== next.name ||
    runCount !== next.runCount ||
    activeRunCount !== next.activeRunCount ||
    scheduledRunCount !== next.scheduledRunCount
  )
}
