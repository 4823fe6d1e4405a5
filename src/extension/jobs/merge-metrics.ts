import type { Metric } from '../../protocol/runs.ts'

/** The latest points of all keys; of one key that with the higher step, whichever came first. */
export function mergeMetrics(known: readonly Metric[], latest: readonly Metric[]): readonly Metric[] {
  const byKey = new Map(known.map((metric) => [metric.key, metric]))
  for (const metric of latest) {
    const before = byKey.get(metric.key)
    if (before === undefined || metric.step >= before.step) byKey.set(metric.key, metric)
  }
  return [...byKey.values()]
}
