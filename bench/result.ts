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
  /** By name, where there are several peers; those that do the same. */
  readonly peers?: Readonly<Record<string, Figures>>
  /** How many times as good as the peer's, the best of several, our median is: above 1 is better, whichever way the unit runs. */
  readonly ratio?: number
  /** Undefined where there is no target. */
  readonly isMet?: boolean
}

/** Boils the samples of both sides down to medians, their ratio, and whether the target was met. */
export function toResult(
  measure: Measure,
  ours: readonly number[],
  peer: readonly number[],
  named: ReadonlyMap<string, readonly number[]> = new Map(),
): Result {
  const ourFigures = toFigures(ours)
  const peerFigures = peer.length === 0 ? undefined : toFigures(peer)
  const peers = Array.from(named).flatMap(([name, samples]) =>
    samples.length === 0 ? [] : [[name, toFigures(samples)] as const],
  )
  const ratios = [...peers.map(([, figures]) => figures), ...(peerFigures === undefined ? [] : [peerFigures])].map(
    (figures) => ratioOf(measure.unit, ourFigures.median, figures.median),
  )
  const ratio = ratios.length === 0 ? undefined : Math.min(...ratios)
  const isMet = meetsTarget(measure, ourFigures.median, ratio)
  return {
    measure,
    ours: ourFigures,
    ...(peerFigures === undefined ? {} : { peer: peerFigures }),
    ...(peers.length === 0 ? {} : { peers: Object.fromEntries(peers) }),
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
