import { type Measure, type Unit, units } from './benchmark.ts'
import { median } from './median.ts'

export interface Figures {
  readonly median: number
  /** In the order they were taken. */
  readonly samples: readonly number[]
}

/** What came out for one measure. */
export interface Result {
  readonly measure: Measure
  readonly ours: Figures
  readonly peer?: Figures
  /** How many times as good as the peer's our median is: above 1 is better, whichever way the unit runs. */
  readonly ratio?: number
  /** Undefined where there is no target. */
  readonly isMet?: boolean
}

/** Boils the samples of both sides down to medians, their ratio, and whether the target was met. */
export function toResult(measure: Measure, ours: readonly number[], peer: readonly number[]): Result {
  const ourFigures = toFigures(ours)
  const peerFigures = peer.length === 0 ? undefined : toFigures(peer)
  const ratio = peerFigures === undefined ? undefined : ratioOf(measure.unit, ourFigures.median, peerFigures.median)
  const isMet = meetsTarget(measure, ourFigures.median, ratio)
  return {
    measure,
    ours: ourFigures,
    ...(peerFigures === undefined ? {} : { peer: peerFigures }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(isMet === undefined ? {} : { isMet }),
  }
}

function toFigures(samples: readonly number[]): Figures {
  return { median: median(samples), samples }
}

function ratioOf(unit: Unit, ours: number, peer: number): number {
  return units[unit].better === 'higher' ? ours / peer : peer / ours
}

function meetsTarget({ target }: Measure, ours: number, ratio: number | undefined): boolean | undefined {
  if (target === undefined) return undefined
  if ('atMost' in target) return ours <= target.atMost
  return ratio !== undefined && ratio >= target.timesPeer
}
