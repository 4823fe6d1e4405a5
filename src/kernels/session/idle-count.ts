/** How long nobody has used a kernel, as far as it is looked at. */
export interface IdleCount {
  /** Somebody uses it now. */
  touch(): void
  /** Milliseconds without use. @param at of a clock that only goes on, in milliseconds */
  look(at: number, isInUse: boolean): number
}

/**
 * A machine that sleeps, or a process that stands still, uses nothing up: between two looks counts what lies between
 * them as a rule.
 */
export function createIdleCount({ startedAt, lookMs }: { startedAt: number; lookMs: number }): IdleCount {
  let lookedAt = startedAt
  let idleMs = 0
  return {
    touch: () => void (idleMs = 0),
    look(at, isInUse) {
      idleMs = isInUse ? 0 : idleMs + Math.min(at - lookedAt, 2 * lookMs)
      lookedAt = at
      return idleMs
    },
  }
}
