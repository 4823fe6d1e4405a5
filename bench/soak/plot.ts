import { drawLabel, drawLevel, drawLimit, drawLine, drawPage, drawTick, frame } from '../plot-parts.ts'
import { findEarlyLevel, type Sample } from './growth.ts'

export interface Figure {
  readonly label: string
  /** Empty for a plain number. */
  readonly unit: string
}

const levels = [0.8, 0.9, 1, 1.1, 1.2] as const
const [lowest, highest] = [0.8, 1.2]
const tickCount = 6

/**
 * Figures over the minutes of a soak as SVG, each as a share of what it was in the second quarter, so that megabytes
 * and nodes lie on one axis and growth shows as a slope. What leaves the axis, as while caches fill, lies at its edge.
 *
 * @param samples with `minute` in each, ascending
 * @param figures by their names in the samples
 * @param limit   the share that the lines are to stay below
 */
export function drawSoak(samples: readonly Sample[], figures: Readonly<Record<string, Figure>>, limit: number): string {
  const minutes = samples.map((sample) => sample['minute'] ?? NaN)
  const [first, last] = [Math.min(...minutes), Math.max(...minutes)]
  const x = (minute: number) => frame.left + ((minute - first) / (last - first || 1)) * (frame.right - frame.left)
  const y = (share: number) => {
    const inside = Math.min(highest, Math.max(lowest, share))
    return frame.bottom - ((inside - lowest) / (highest - lowest)) * (frame.bottom - frame.top)
  }
  const ticks = minutes.filter((_, index) => (index + 1) % Math.max(1, Math.round(minutes.length / tickCount)) === 0)
  const lines = Object.entries(figures).map(([name, { label, unit }], index) => {
    const level = findEarlyLevel(samples, name)
    const places = samples.map((sample, place) => ({
      x: x(minutes[place] ?? first),
      y: y((sample[name] ?? NaN) / level),
    }))
    const amount = Number(level.toPrecision(3)).toLocaleString('en-US')
    return [drawLine(places, index), drawLabel(`${label}: ${amount} ${unit}`.trimEnd(), index)]
  })
  const parts = [
    ...levels.map((share) => drawLevel(y(share), `${Math.round(share * 100)} %`)),
    ...ticks.map((minute) => drawTick(x(minute), String(minute))),
    drawLimit(y(limit)),
    ...lines.flat(),
  ]
  return drawPage({
    title: 'A comparison of runs in progress: memory against the second quarter',
    caption: 'minutes',
    parts,
  })
}
