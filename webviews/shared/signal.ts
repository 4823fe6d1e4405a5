/** A value that others want to know of. */
export interface Signal<T> {
  readonly value: T
  /** Tells everybody, unless it is the value already. */
  set(value: T): void
  /** @returns ends the subscription */
  subscribe(listener: (value: T) => void): () => void
}

export function createSignal<T>(initial: T): Signal<T> {
  const listeners = new Set<(value: T) => void>()
  let value = initial
  return {
    get value() {
      return value
    },
    set(next) {
      if (next === value) return
      value = next
      for (const listener of listeners) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
