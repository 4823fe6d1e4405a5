export interface Cached<Value> {
  /** The value kept, or being loaded, or loaded now. A failure is not kept. */
  get(): Promise<Value>
  /** What is kept; undefined while nothing is, or it is still being loaded. */
  peek(): Value | undefined
  /** Forgets the value and, when it is being loaded, what will come of that. */
  clear(): void
  isEmpty(): boolean
}

/** A value that is loaded when first wanted, once for all who want it, and again after `clear`. */
export function createCached<Value>(load: () => Promise<Value>): Cached<Value> {
  let loading: Promise<Value> | undefined
  let value: Value | undefined
  /** Goes up with each `clear`; a load that began before the last one keeps nothing. */
  let generation = 0

  const start = async (mine: number): Promise<Value> => {
    try {
      const loaded = await load()
      if (mine === generation) value = loaded
      return loaded
    } catch (error) {
      if (mine === generation) loading = undefined
      throw error
    }
  }

  return {
    get: () => (loading ??= start(generation)),
    peek: () => value,
    clear() {
      generation++
      loading = undefined
      value = undefined
    },
    isEmpty: () => loading === undefined,
  }
}
