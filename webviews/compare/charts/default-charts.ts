import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'

const maxCharts = 12
/** More metrics in one chart are hard to tell apart. */
const maxShared = 5

/**
 * The charts of a view that has none yet: the headline metric first, then the others by name. Metrics that end in the
 * same component, `train/loss` and `val/loss`, share a chart.
 */
export function createDefaultCharts(
  metrics: readonly string[],
  headline: string | undefined,
  createId: () => string,
): CurveChartSpec[] {
  const sorted = headline === undefined ? metrics : [headline, ...metrics.filter((key) => key !== headline)]
  const groups = Map.groupBy(sorted, (key) => (key.includes('/') ? key.slice(key.lastIndexOf('/')) : key))
  return Array.from(groups.values())
    .flatMap((keys) => (keys.length <= maxShared ? [keys] : keys.map((key) => [key])))
    .slice(0, maxCharts)
    .map((keys) => createCurveChart(createId(), keys))
}

export function createCurveChart(id: string, keys: readonly string[]): CurveChartSpec {
  return { kind: 'curves', id, keys, axis: 'step', logX: false, logY: false, smoothing: 0, clipOutliers: false }
}

/** The least number that is no id yet, as text: ids need to differ within their view alone. */
export function createChartId(taken: readonly { readonly id: string }[]): string {
  const ids = new Set(taken.map(({ id }) => id))
  let number = 1
  while (ids.has(String(number))) number += 1
  return String(number)
}
