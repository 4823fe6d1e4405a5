import type { ValueCounts } from '../../src/protocol/data-diff.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { countText, text } from './texts.ts'

/** CSS pixels. */
const width = 96
const height = 28
const gap = 1

const spokenValues = 5

/**
 * A small bar chart that says in words what it draws.
 *
 * @param most the count that fills the height; the same for charts that are compared
 */
export function drawDistribution(
  key: 'chart.before' | 'chart.after' | 'chart.of',
  name: string,
  counts: ValueCounts,
  most: number,
): SVGElement {
  const bars =
    counts.shape === 'histogram' ? counts.counts : [...counts.counts, ...(counts.others > 0 ? [counts.others] : [])]
  const label = text(key, { name, values: describe(counts) })
  const chart = svg('svg', {
    class: 'distribution',
    role: 'img',
    'aria-label': label,
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
  })
  const title = svg('title', {})
  title.textContent = label
  chart.append(title)
  const step = width / Math.max(1, bars.length)
  bars.forEach((count, index) => {
    const size = most === 0 ? 0 : (count / most) * (height - 1)
    // What occurs at all is seen.
    const shown = count > 0 ? Math.max(1, size) : 0
    chart.append(svg('rect', { x: index * step, y: height - shown, width: Math.max(0.5, step - gap), height: shown }))
  })
  return chart
}

export function greatestCount(...all: readonly (ValueCounts | undefined)[]): number {
  return Math.max(
    0,
    ...all.flatMap((counts) => [...(counts?.counts ?? []), counts?.shape === 'categories' ? counts.others : 0]),
  )
}

function describe(counts: ValueCounts): string {
  const parts =
    counts.shape === 'histogram'
      ? counts.counts.map((count, index) =>
          text('chart.bin', {
            from: toNumberText(counts.edges[index] ?? NaN),
            to: toNumberText(counts.edges[index + 1] ?? NaN),
            count: countText(count),
          }),
        )
      : [
          ...counts.values.map((value, index) =>
            text('chart.value', { value, count: countText(counts.counts[index] ?? 0) }),
          ),
          ...(counts.others > 0 ? [text('chart.others', { count: countText(counts.others) })] : []),
        ]
  const shown = parts.length > spokenValues * 2 ? [...parts.slice(0, spokenValues), text('chart.more')] : parts
  return shown.join(', ')
}

function svg(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  return made
}
