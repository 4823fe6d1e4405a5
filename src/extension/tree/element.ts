import type { ExperimentSummary } from '../../protocol/experiments.ts'
import type { HeadlineMetric } from '../../protocol/headline-metric.ts'
import type { ArtifactEntry, Metric } from '../../protocol/runs.ts'
import type { RunListRow } from '../../protocol/methods.ts'

/*
 * What the view "Experiments" shows. An element is one object for as long as the thing it stands for is shown, because
 * VS Code refreshes by identity; its tree replaces the fields that are not readonly, and nobody else does.
 */

/** A workspace folder's engine or an MLflow server. */
export interface ConnectionElement {
  readonly kind: 'connection'
  readonly id: string
  readonly connectionId: string
  readonly label: string
  readonly place: 'folder' | 'server'
  state: 'connecting' | 'connected' | 'failed'
}

export interface ExperimentElement {
  readonly kind: 'experiment'
  readonly id: string
  readonly connectionId: string
  readonly place: ConnectionElement['place']
  experiment: ExperimentSummary
  /** Null while no metric is logged; undefined until the experiment is first opened. */
  headline: HeadlineMetric | null | undefined
}

/** Runs that agree in the status, param or tag that the view groups by. */
export interface GroupElement {
  readonly kind: 'group'
  readonly id: string
  readonly experiment: ExperimentElement
  /** What is grouped by, as the user reads it: `status`, `learning_rate` … */
  readonly name: string
  /** Null for the runs that have no such param or tag. */
  readonly value: string | null
  runs: readonly RunElement[]
}

export interface RunElement {
  readonly kind: 'run'
  readonly id: string
  readonly experiment: ExperimentElement
  group: GroupElement | undefined
  row: RunListRow
  /** The headline metric's latest value; null without one. Not finite values may come as text. */
  headlineValue: number | string | null
  /** Chosen by its checkbox. */
  chosen: boolean
  /** It is a search for a smaller model. */
  isSearch: boolean
}

/** Stands after the runs shown when there are more. */
export interface MoreElement {
  readonly kind: 'more'
  readonly id: string
  readonly experiment: ExperimentElement
  shown: number
  total: number
  /** A server that cannot count says how many there are at least. */
  totalIsAtLeast: boolean
}

export const sectionNames = ['params', 'metrics', 'data', 'artifacts', 'code', 'environment'] as const
export type SectionName = (typeof sectionNames)[number]

export interface SectionElement {
  readonly kind: 'section'
  readonly id: string
  readonly run: RunElement
  readonly section: SectionName
}

/** A name and a text: a param, the commit, the interpreter. */
export interface FieldElement {
  readonly kind: 'field'
  readonly id: string
  readonly section: SectionElement
  readonly name: string
  value: string
  /** The value, or what stands for it where it is too long for a row. */
  shown: string
  /** A codicon's name. */
  readonly icon: string | undefined
  /** What a click opens. */
  readonly opens: 'source' | { readonly artifactPath: string } | undefined
}

export interface MetricElement {
  readonly kind: 'metric'
  readonly id: string
  readonly section: SectionElement
  metric: Metric
  /** A few values over the whole series, in step order, for the spark line. */
  values: readonly number[]
}

export interface ArtifactElement {
  readonly kind: 'artifact'
  readonly id: string
  readonly run: RunElement
  readonly parent: SectionElement | ArtifactElement
  entry: ArtifactEntry
}

/** A line of text where there is nothing else to show: still connecting, nothing logged, what went wrong. */
export interface NoticeElement {
  readonly kind: 'notice'
  readonly id: string
  readonly parent: TreeElement | undefined
  readonly severity: 'info' | 'error'
  readonly text: string
  readonly hint: string | undefined
}

export type TreeElement =
  | ConnectionElement
  | ExperimentElement
  | GroupElement
  | RunElement
  | MoreElement
  | SectionElement
  | FieldElement
  | MetricElement
  | ArtifactElement
  | NoticeElement

function isElementOf<Kind extends TreeElement['kind']>(kind: Kind) {
  // VS Code hands a command whatever its caller passes, so everything about the argument is checked but its fields,
  // which only this view's elements have.
  return (value: unknown): value is Extract<TreeElement, { kind: Kind }> =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind && 'id' in value
}

export const isConnectionElement = isElementOf('connection')
export const isExperimentElement = isElementOf('experiment')
export const isRunElement = isElementOf('run')
export const isMoreElement = isElementOf('more')
export const isFieldElement = isElementOf('field')
export const isMetricElement = isElementOf('metric')
export const isArtifactElement = isElementOf('artifact')

/** The element above, within one connection; undefined for an experiment. */
export function findParent(element: TreeElement): TreeElement | undefined {
  switch (element.kind) {
    case 'connection':
    case 'experiment':
      return undefined
    case 'group':
    case 'more':
      return element.experiment
    case 'run':
      return element.group ?? element.experiment
    case 'section':
      return element.run
    case 'field':
    case 'metric':
      return element.section
    case 'artifact':
    case 'notice':
      return element.parent
  }
}

/** The run an element belongs to. */
export function findRun(element: TreeElement): RunElement | undefined {
  if (element.kind === 'run') return element
  const parent = findParent(element)
  return parent && findRun(parent)
}
