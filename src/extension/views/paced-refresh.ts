export interface PacedRefresh<Item> {
  add(items: readonly Item[]): void
  /**
   * Draws nothing while the children of an item are being listed, for VS Code drops a listing that a refresh overtakes
   * and then shows no children. A listing that takes longer than two seconds holds up no more, and its item is drawn
   * again when it ends.
   */
  hold(item: Item, listing: Promise<unknown>): void
  dispose(): void
}

const longestHoldMs = 2000

/** VS Code goes on with a listing for a moment after it has been answered: it asks for the look of each row. */
const afterListingMs = 30

/**
 * On a busy machine it goes on for longer, and then loses a refresh of the same row: it forgets the children, asks for
 * none, and takes no refresh of them either. So long it may take to ask; then the row is drawn once more.
 */
const lostAfterMs = 1000
const mostRepeats = 5

/**
 * Collects what must be drawn anew and hands it on at once when the last time was long enough ago, else as soon as it
 * is. VS Code waits with a tree's refresh until refreshes stop coming for 200 ms, so a stream of single ones would
 * never be drawn.
 *
 * @param intervalMs least time between two calls of `draw`
 * @param isOpen whether VS Code asks for the children of the item when it is drawn anew, so that `hold` follows
 */
export function createPacedRefresh<Item>(
  intervalMs: number,
  draw: (items: readonly Item[]) => void,
  isOpen: (item: Item) => boolean,
): PacedRefresh<Item> {
  const waiting = new Set<Item>()
  const timers = new Set<NodeJS.Timeout>()
  /** Items drawn whose children were not asked for since, with how often that was. */
  const unanswered = new Map<Item, number>()
  let pause: NodeJS.Timeout | undefined
  let holds = 0
  let draws = 0

  const after = (ms: number, act: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
    return timer
  }

  const flush = () => {
    if (pause !== undefined || holds > 0 || waiting.size === 0) return
    const items = [...waiting]
    waiting.clear()
    pause = after(intervalMs, () => {
      pause = undefined
      flush()
    })
    draws++
    for (const item of items) if (isOpen(item)) expectListing(item)
    draw(items)
  }

  const expectListing = (item: Item) => {
    const times = (unanswered.get(item) ?? 0) + 1
    unanswered.set(item, times)
    after(lostAfterMs, () => {
      if (unanswered.get(item) !== times) return
      if (times <= mostRepeats && isOpen(item)) add([item])
      else unanswered.delete(item)
    })
  }

  const add = (items: readonly Item[]) => {
    for (const item of items) waiting.add(item)
    flush()
  }

  return {
    add,
    hold(item, listing) {
      let isHolding = true
      const drawsBefore = draws
      const release = () => {
        if (isHolding) holds--
        isHolding = false
        flush()
      }
      holds++
      unanswered.delete(item)
      const longest = after(longestHoldMs, release)
      const end = () =>
        after(afterListingMs, () => {
          clearTimeout(longest)
          if (draws > drawsBefore) waiting.add(item)
          release()
        })
      listing.then(end, end)
    },
    dispose() {
      for (const timer of timers) clearTimeout(timer)
      waiting.clear()
      unanswered.clear()
    },
  }
}
