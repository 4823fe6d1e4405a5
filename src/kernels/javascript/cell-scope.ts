import { AsyncLocalStorage } from 'node:async_hooks'
import type { CellRequest } from './thread-messages.ts'

/** A cell, for as long as anything of it goes on: also what it leaves behind for later. */
export interface RunningCell extends CellRequest {
  isInterrupted: boolean
}

/** Which cell it is that does something just now: what a timer prints is of the cell that set it. */
export interface CellScope {
  run<T>(cell: RunningCell, act: () => T): T
  /** The one that does, else the last that began. */
  current(): RunningCell | undefined
  /** Keeps what an interrupted cell has put off from being done: timers fire for others only. */
  guardTimers(timers: TimerHolder): void
}

/** Whatever has `setTimeout` and the like: the global object, Node's module. */
export type TimerHolder = { [K in (typeof timerNames)[number]]: unknown }

const timerNames = ['setTimeout', 'setInterval', 'setImmediate'] as const

export function createCellScope(): CellScope {
  const storage = new AsyncLocalStorage<RunningCell>()
  let last: RunningCell | undefined

  function guard(original: object & ((...args: unknown[]) => unknown)): unknown {
    function guarded(this: unknown, callback: unknown, ...rest: unknown[]): unknown {
      const cell = storage.getStore()
      if (cell === undefined) return original(callback, ...rest)
      if (typeof callback !== 'function') return holdWhenInterrupted(cell, original(callback, ...rest))
      const fire = function (this: unknown, ...args: unknown[]): void {
        if (!cell.isInterrupted) Reflect.apply(callback, this, args)
      }
      return original(fire, ...rest)
    }
    // Among them is what `promisify` asks for.
    return Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original))
  }

  /** Those of `timers/promises` resolve in place of calling. */
  function holdWhenInterrupted(cell: RunningCell, timer: unknown): unknown {
    if (!(timer instanceof Promise)) return timer
    return timer.then((value: unknown) => (cell.isInterrupted ? new Promise(() => {}) : value))
  }

  return {
    run(cell, act) {
      last = cell
      return storage.run(cell, act)
    },
    current: () => storage.getStore() ?? last,
    guardTimers(timers) {
      for (const name of timerNames) {
        const original = timers[name]
        // SAFETY: these are Node's own, which take a callback first.
        if (typeof original === 'function') timers[name] = guard(original as (...args: unknown[]) => unknown)
      }
    },
  }
}
