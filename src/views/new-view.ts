import type { RunId } from '../protocol/ids.ts'
import type { SavedView, ViewTab } from '../protocol/saved-view.ts'

/** A view as it first opens; its tabs choose columns and charts that fit the experiments. */
export function createView(
  title: string,
  experiments: readonly string[],
  tab: ViewTab,
  chosen: readonly RunId[] = [],
): SavedView {
  return {
    version: 1,
    title,
    experiments: [...new Set(experiments)],
    filter: '',
    order: [],
    columns: [],
    groupBy: [],
    chosen,
    hidden: [],
    colors: {},
    charts: [],
    tab,
  }
}

/** The title for runs looked at together: by their names where these are few. */
export function titleRuns(names: readonly string[]): string {
  const [first = '', second = ''] = names
  return names.length === 2 ? `${first} ↔ ${second}` : names.length === 1 ? first : `${names.length} runs`
}
