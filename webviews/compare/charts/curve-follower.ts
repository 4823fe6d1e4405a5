import type { CurveName } from '../../../src/protocol/curves.ts'
import type { ChangeEvent } from '../../../src/protocol/events.ts'
import type { CurveStrip } from '../../shared/chart/curve-strip.ts'
import { findTailStart } from './curve-tail.ts'
import { createThrottle } from './frame-scheduler.ts'

/** How often a chart follows runs that log, in milliseconds. */
const pauseMs = 1000
/** So many tails after each other are read before all is read again, with what was logged late, in between. */
const maxTails = 30

export interface FollowerParts {
  /** The curves that are shown. */
  wanted(): readonly CurveName[]
  /** What is known of curves; undefined where tails are no use: all has to be read. */
  known(names: readonly CurveName[]): readonly (CurveStrip | undefined)[] | undefined
  /** More stretches than this are too many to add to. */
  maxLength(): number
  load(): void
  loadTail(curves: readonly CurveName[], from: number): void
}

/** Follows runs that log, by reading of those curves that have grown what is new. */
export function createCurveFollower({ wanted, known, maxLength, load, loadTail }: FollowerParts) {
  const grown = new Map<string, CurveName>()
  let tailCount = 0
  const throttle = createThrottle(pauseMs, () => {
    const names = [...grown.values()]
    grown.clear()
    const strips = known(names)
    const there = strips?.filter((strip) => strip !== undefined) ?? []
    const from = there.length === names.length ? findTailStart(there) : undefined
    const isLong = there.some(({ starts }) => starts.length > maxLength())
    if (names.length === 0 || from === undefined || isLong || tailCount >= maxTails) return loadAll()
    tailCount += 1
    loadTail(names, from)
  })

  function loadAll(): void {
    tailCount = 0
    load()
  }

  return {
    /** Takes note of an event; says whether it is about what is shown. */
    takes(event: ChangeEvent): boolean {
      if (event.kind === 'reset') {
        tailCount = maxTails
        return true
      }
      if (event.kind !== 'metrics') return false
      const logged = new Set(event.latest.map(({ key }) => key))
      const names = wanted().filter(({ runId, key }) => runId === event.runId && logged.has(key))
      for (const name of names) grown.set(`${name.runId} ${name.key}`, name)
      return names.length > 0
    },
    request: () => throttle.request(),
    dispose: () => throttle.cancel(),
  }
}
