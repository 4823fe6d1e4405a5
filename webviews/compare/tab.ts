import type { ViewEvent } from '../../src/protocol/view-event.ts'
import type { Host } from '../shared/host.ts'
import type { ViewState } from './view-state.ts'

/** What every part of the view is made from. */
export interface Parts {
  readonly host: Host
  readonly state: ViewState
}

/** One of the ways the view shows its runs. */
export interface Tab {
  /** A `tabpanel`. It lays itself out anew whenever its size changes. */
  readonly element: HTMLElement
  /** It has just become visible: fetch what it shows, if that is out of date. A hidden tab fetches nothing. */
  shown(): void
  /** Something changed in the engine. */
  received(event: ViewEvent): void
}
