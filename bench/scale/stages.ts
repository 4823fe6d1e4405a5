/** What a workspace holds when it is measured, beside the runs that it has from the beginning. */
export interface Stage {
  /** Points in the workspace, all stages before included. */
  readonly points: number
  /** Points of one new series, which is the one that is opened and zoomed. */
  readonly longSeries: number
  /** New series of 10,240 points each. */
  readonly shortSeries: number
  /** Whether real clients log the points; else they are written in the form that logging leaves. */
  readonly isLogged: boolean
}

export interface ScaleSizes {
  readonly runs: number
  /** Of the experiment of many keys. */
  readonly wideRuns: number
  readonly wideMetrics: number
  readonly wideParams: number
  readonly stages: readonly Stage[]
}

export const shortLength = 10_240

export const fullSizes: ScaleSizes = {
  runs: 100_000,
  wideRuns: 1500,
  wideMetrics: 1500,
  wideParams: 150,
  stages: [
    { points: 1e6, longSeries: 1e6, shortSeries: 0, isLogged: true },
    { points: 10e6, longSeries: 8e6, shortSeries: 98, isLogged: false },
    { points: 50e6, longSeries: 10e6, shortSeries: 2930, isLogged: false },
    { points: 100e6, longSeries: 10e6, shortSeries: 3907, isLogged: false },
  ],
}

export const quickSizes: ScaleSizes = {
  runs: 2000,
  wideRuns: 60,
  wideMetrics: 300,
  wideParams: 30,
  stages: [
    { points: 50e3, longSeries: 50e3, shortSeries: 0, isLogged: true },
    { points: 1e6, longSeries: 870e3, shortSeries: 8, isLogged: false },
  ],
}
