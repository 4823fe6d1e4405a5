import type { ImportedPoints } from '../protocol/import.ts'

/** Points that a reader keeps before it hands them on. */
const maxHeld = 5000

/** Collects points of any metrics in any order into columns. */
export interface PointColumns {
  add(key: string, step: number, timestamp: number, value: number): void
  /** Whether it is time to take what there is. */
  readonly isFull: boolean
  /** What there is, which is then forgotten. */
  take(): ImportedPoints[]
}

export function createPointColumns(): PointColumns {
  let byKey = new Map<string, { key: string; steps: number[]; timestamps: number[]; values: number[] }>()
  let count = 0
  return {
    add(key, step, timestamp, value) {
      let columns = byKey.get(key)
      if (columns === undefined) byKey.set(key, (columns = { key, steps: [], timestamps: [], values: [] }))
      columns.steps.push(step)
      columns.timestamps.push(timestamp)
      columns.values.push(value)
      count += 1
    },
    get isFull() {
      return count >= maxHeld
    },
    take() {
      const all = [...byKey.values()]
      byKey = new Map()
      count = 0
      return all
    },
  }
}
