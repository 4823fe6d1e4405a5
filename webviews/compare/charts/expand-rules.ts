import type { ChartSpec, CurveRuleSpec } from '../../../src/protocol/saved-view.ts'
import { createNameFilter } from './metric-search.ts'

/** A chart that is drawn: of its own, or one of those that a rule stands for. */
export type DrawnSpec = Exclude<ChartSpec, CurveRuleSpec>

/** What stands in the grid of charts, in its order. */
export type GridPlace =
  | { readonly kind: 'rule'; readonly rule: CurveRuleSpec; readonly found: number }
  | { readonly kind: 'chart'; readonly spec: DrawnSpec; readonly rule?: CurveRuleSpec }

/** A rule that finds more draws the first of them alone. */
export const maxFound = 100

/** Puts in the place of each rule its heading and a chart of curves for each metric that it finds, by name. */
export function expandRules(charts: readonly ChartSpec[], metrics: readonly string[]): GridPlace[] {
  return charts.flatMap((spec): GridPlace[] => {
    if (spec.kind !== 'rule') return [{ kind: 'chart', spec }]
    const { pattern, ...options } = spec
    const isFound = createNameFilter(pattern, true) ?? (() => false)
    const found = metrics.filter(isFound).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
    const parts = found.slice(0, maxFound).map((key): GridPlace => {
      const id = `${spec.id}:${key}`
      return { kind: 'chart', spec: { ...options, kind: 'curves', id, keys: [key] }, rule: spec }
    })
    return [{ kind: 'rule', rule: spec, found: found.length }, ...parts]
  })
}
