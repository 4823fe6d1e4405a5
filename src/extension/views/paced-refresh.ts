/**
 * Collects what must be drawn anew and hands it on at once when the last time was long enough ago, else as soon as it
 * is. VS Code waits with a tree's refresh until refreshes stop coming for 200 ms, so a stream of single ones would
 * never be drawn.
 *
 * @param intervalMs least time between two calls of `draw`
 */
export function createPacedRefresh<Item>(
  intervalMs: number,
  draw: (items: readonly Item[]) => void,
): { add(items: readonly Item[]): void; dispose(): void } {
  const waiting = new Set<Item>()
  let pause: NodeJS.Timeout | undefined

  const flush = () => {
    pause = undefined
    if (waiting.size === 0) return
    const items = [...waiting]
    waiting.clear()
    pause = setTimeout(flush, intervalMs)
    draw(items)
  }

  return {
    add(items) {
      for (const item of items) waiting.add(item)
      if (pause === undefined) flush()
    },
    dispose() {
      clearTimeout(pause)
      waiting.clear()
    },
  }
}
