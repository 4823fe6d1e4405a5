import type { ViewEvent } from '../../../src/protocol/view-event.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { Signal } from '../../shared/signal.ts'
import type { Parts } from '../tab.ts'
import type { ShownRun } from './curve-line.ts'
import type { DrawnSpec } from './expand-rules.ts'

/** Where the crosshair stands in all charts of an axis. */
export interface Crosshair {
  /** See `axisOf`. */
  readonly axis: string
  /** In the unit of the axis. */
  readonly x: number
  /** The chart that it is moved in. */
  readonly chartId: string
}

/** Values of runs at the crosshair, for the list of runs. */
export interface RunValues {
  /** What and where: `val/loss, step 120`. */
  readonly title: string
  readonly values: ReadonlyMap<RunId, string>
}

/** What every chart is made from. */
export interface ChartParts extends Parts {
  /** The names of all metrics that a rule may find; empty until one asks for them. */
  readonly metrics: Signal<readonly string[]>
  /** The runs to draw: without those that are hidden. */
  readonly runs: Signal<readonly ShownRun[]>
  readonly crosshair: Signal<Crosshair | undefined>
  readonly highlight: Signal<RunId | undefined>
  readonly runValues: Signal<RunValues | undefined>
}

/** What a chart says beside its drawing. */
export interface ChartReport {
  readonly summary: string
  /** What the drawing leaves out. */
  readonly notes: readonly string[]
  readonly isZoomed: boolean
  readonly error: string | undefined
}

/** The same data for those who would rather read. */
export interface ChartTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The drawing of a chart, whatever its kind. */
export interface ChartBody<Spec extends DrawnSpec = DrawnSpec> {
  readonly element: HTMLElement
  /** Fetches and draws only while it can be seen. */
  setVisible(isVisible: boolean): void
  /** The chart is to be another; it keeps its kind. */
  show(spec: Spec): void
  received(event: ViewEvent): void
  themeChanged(): void
  resetZoom(): void
  table(): ChartTable
  csv(): string
  picture(): Promise<Uint8Array>
  /** The same drawing as SVG. */
  vector(title: string): Uint8Array
  dispose(): void
}

/** What the card around a drawing wants to know. */
export interface ChartListener {
  reported(report: ChartReport): void
  /** Says a sentence to those who cannot see the crosshair. */
  spoke(sentence: string): void
}
