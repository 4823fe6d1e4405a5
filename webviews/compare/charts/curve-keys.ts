/** What the keyboard does to a chart of curves. */
export interface CurveKeys {
  /** Moves the crosshair by stretches; ±Infinity to an end. */
  step(by: number): void
  /** Moves what is shown, by a share of its width; above 0 to the right. */
  pan(share: number): void
  /** Around the crosshair. @param factor above 1 to see less, larger */
  zoom(factor: number): void
  reset(): void
}

export function listenToCurveKeys(holder: HTMLElement, keys: CurveKeys): void {
  holder.addEventListener('keydown', (event) => {
    // With both it is the chart that moves, see the card.
    if (event.ctrlKey || event.metaKey || (event.altKey && event.shiftKey)) return
    const isPan = event.shiftKey || event.altKey
    const acts: Record<string, (() => void) | undefined> = {
      ArrowLeft: () => (isPan ? keys.pan(-1 / 8) : keys.step(-1)),
      ArrowRight: () => (isPan ? keys.pan(1 / 8) : keys.step(1)),
      Home: () => keys.step(-Infinity),
      End: () => keys.step(Infinity),
      '+': () => keys.zoom(1.5),
      '=': () => keys.zoom(1.5),
      '-': () => keys.zoom(1 / 1.5),
      Escape: () => keys.reset(),
    }
    const act = acts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}
