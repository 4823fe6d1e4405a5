import type { SavedView } from '../../src/protocol/saved-view.ts'

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
