/** A place in a plot, in device pixels from its corner. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** What a user does to a plot with the pointer; what is left out does nothing. */
export interface PlotGestures {
  /** Undefined when the pointer has left. */
  hovered(place: Place | undefined): void
  /** A stretch is being marked; undefined when that is over. */
  marking?(stretch: Stretch | undefined): void
  marked?(stretch: Stretch): void
  /** In device pixels since the last call. */
  panned?(by: Place): void
  /** @param factor above 1 to see less, larger */
  zoomed?(around: Place, factor: number): void
  reset?(): void
}

/** A part of an axis, in device pixels from the plot's corner. */
export interface Stretch {
  readonly axis: 'x' | 'y'
  readonly from: number
  readonly to: number
  /** Where the drag began on the other axis. */
  readonly at: number
}

/** CSS pixels that a pointer moves before it drags. */
const threshold = 4

/**
 * Listens to the pointer: drag marks on x, with Shift on y, with Alt it pans; the wheel with Ctrl zooms.
 *
 * @param axis what a plain drag marks on; Shift marks on the other
 */
export function listenToPlot(plot: HTMLElement, gestures: PlotGestures, axis: 'x' | 'y' = 'x'): void {
  let start: Place | undefined
  let last: Place | undefined
  let kind: 'x' | 'y' | 'pan' = 'x'

  const placeOf = ({ clientX, clientY }: MouseEvent): Place => {
    const { left, top } = plot.getBoundingClientRect()
    const ratio = window.devicePixelRatio
    return { x: (clientX - left) * ratio, y: (clientY - top) * ratio }
  }
  const stretchTo = (from: Place, to: Place): Stretch | undefined => {
    if (kind === 'pan') return undefined
    const [low, high] = [Math.min(from[kind], to[kind]), Math.max(from[kind], to[kind])]
    if (high - low < threshold * window.devicePixelRatio) return undefined
    return { axis: kind, from: low, to: high, at: kind === 'x' ? from.y : from.x }
  }
  const end = () => {
    start = undefined
    gestures.marking?.(undefined)
  }

  plot.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    start = last = placeOf(event)
    kind = event.altKey ? 'pan' : event.shiftKey === (axis === 'x') ? 'y' : 'x'
    plot.setPointerCapture(event.pointerId)
  })
  plot.addEventListener('pointermove', (event) => {
    const place = placeOf(event)
    if (start === undefined || last === undefined) return gestures.hovered(place)
    if (kind === 'pan') gestures.panned?.({ x: place.x - last.x, y: place.y - last.y })
    else gestures.marking?.(stretchTo(start, place))
    last = place
  })
  plot.addEventListener('pointerup', (event) => {
    const stretch = start === undefined ? undefined : stretchTo(start, placeOf(event))
    end()
    if (stretch !== undefined) gestures.marked?.(stretch)
  })
  plot.addEventListener('pointercancel', end)
  plot.addEventListener('pointerleave', () => gestures.hovered(undefined))
  plot.addEventListener('dblclick', () => gestures.reset?.())
  plot.addEventListener(
    'wheel',
    (event) => {
      // The wheel alone scrolls the page, wherever the pointer happens to be.
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      gestures.zoomed?.(placeOf(event), Math.exp(-Math.sign(event.deltaY) * 0.25))
    },
    { passive: false },
  )
}
