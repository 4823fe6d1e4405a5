import type { Layout, Line } from './layout.ts'

/** Where keys lead in a drawn lineage. */
export interface Paths {
  /** Along an edge, towards what came of a node (1) or what it came of (-1): back where one has just come from, else to the nearest. */
  along(key: string, step: 1 | -1): string | undefined
  /** The next one in the column, down (1) or up (-1). */
  within(key: string, step: 1 | -1): string | undefined
}

export function createPaths({ columns, places }: Layout, lines: readonly Line[]): Paths {
  const after = Map.groupBy(lines, ({ from }) => from)
  const before = Map.groupBy(lines, ({ to }) => to)
  let last: string | undefined
  const distance = (one: string, other: string) => Math.abs((places.get(one)?.y ?? 0) - (places.get(other)?.y ?? 0))

  return {
    along(key, step) {
      const next = step === 1 ? after.get(key)?.map(({ to }) => to) : before.get(key)?.map(({ from }) => from)
      const [nearest] = (next ?? []).toSorted((a, b) => distance(key, a) - distance(key, b))
      const found = last !== undefined && next?.includes(last) === true ? last : nearest
      if (found !== undefined) last = key
      return found
    },
    within(key, step) {
      const column = columns.find((each) => each.includes(key)) ?? []
      return column[column.indexOf(key) + step]
    },
  }
}
