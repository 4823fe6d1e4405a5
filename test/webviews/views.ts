import type { CurveChartSpec, SavedView } from '../../src/protocol/saved-view.ts'

/** A view that shows nothing yet; tests add what they are about. */
export const emptyView: SavedView = {
  version: 1,
  title: 'Test',
  experiments: [],
  filter: '',
  order: [],
  columns: [],
  groupBy: [],
  chosen: [],
  hidden: [],
  colors: {},
  charts: [],
  tab: 'runs',
}

/** A chart of one metric over steps. */
export function curvesOf(key: string, id = '1'): CurveChartSpec {
  return { kind: 'curves', id, keys: [key], axis: 'step', logX: false, logY: false, smoothing: 0, clipOutliers: false }
}
