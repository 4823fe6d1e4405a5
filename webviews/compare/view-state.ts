import type { ExperimentId, RunId } from '../../src/protocol/ids.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import type { RunPlace } from '../../src/protocol/webview-messages.ts'

/** What the parts of the view share: what is shown, and who is told when that changes. */
export interface ViewState {
  readonly view: SavedView
  readonly experimentIds: readonly ExperimentId[]
  /** Where the runs are: a server's lack what only an engine can do. */
  readonly place: RunPlace
  /** Replaces some of the view and tells everybody; `undo` brings it back. */
  update(change: Partial<SavedView>): void
  /** Called after each change, with the view before it; never for the first view. */
  subscribe(listener: (before: SavedView) => void): void
  /** The colour of a run: the user's, else one of the palette by its place among the chosen, else by `place`. */
  colorOf(runId: RunId, place?: number): string
  /** A colour of the palette, which begins anew after its last one. @param place from 0 on */
  paletteColor(place: number): string
}

/**
 * Colours that people with any colour vision tell apart, on light and dark grounds alike.
 *
 * @see Okabe and Ito 2008, "Color universal design", and lighter and darker shades of the same
 */
const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6bb1',
  '#b8860b',
  '#2f8f8f',
  '#c44e52',
]

function paletteColor(place: number): string {
  return palette[place % palette.length] ?? '#0072b2'
}

export function createViewState(
  { view: initial, experimentIds, place }: Pick<ViewState, 'view' | 'experimentIds' | 'place'>,
  changed: (view: SavedView) => void,
): ViewState {
  const listeners: ((before: SavedView) => void)[] = []
  let view = initial
  return {
    get view() {
      return view
    },
    experimentIds,
    place,
    update(change) {
      const before = view
      view = { ...view, ...change }
      changed(view)
      for (const listener of listeners) listener(before)
    },
    subscribe: (listener) => void listeners.push(listener),
    colorOf(runId, place = 0) {
      const chosenPlace = view.chosen.indexOf(runId)
      const index = chosenPlace < 0 ? place : chosenPlace
      return view.colors[runId] ?? paletteColor(index)
    },
    paletteColor,
  }
}
