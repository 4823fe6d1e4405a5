import { isDeepStrictEqual } from 'node:util'
import { createCoalesced } from '../tree/coalesced.ts'

/** Stands for the first rows of a tree; no row has it as its id. */
export const roots = ''

export interface ShownRowsParts<Row> {
  /** The rows below a row, or the first ones, as they are now. Never rejects. */
  listBelow(parent: Row | undefined): Promise<readonly Row[]>
  /** What is seen of a row, which time alone may change. */
  look(row: Row): unknown
  /** Called with the ids of rows that look otherwise, or below which other rows are; with `roots` for the first ones. */
  differ(ids: readonly string[]): void
}

/**
 * The rows of a tree that VS Code has. It knows none of those that it draws anew from the moment when it is told to
 * until they have been listed, and what is chosen from the menu of such a row is lost. So they are listed before it is
 * told, it is told of what differs alone, and what it then asks for is there. It knows a row by its object: one that
 * looks otherwise stays the same object.
 */
export interface ShownRows<Row> {
  /** At once, as they are known, below a row that is unfolded; else as they are now. */
  list(parent: Row | undefined): Promise<readonly Row[]>
  /** Lists again what VS Code has; asked for often, it is done once. */
  relist(): Promise<void>
  find(id: string): Row | undefined
  /** Whether VS Code shows what is below a row; it does of `roots` once it has asked. */
  isUnfolded(id: string): boolean
  fold(id: string): void
  unfold(id: string): void
}

export function createShownRows<Row extends { readonly id: string }>({
  listBelow,
  look,
  differ,
}: ShownRowsParts<Row>): ShownRows<Row> {
  /** By the id of the row above. */
  let below: ReadonlyMap<string, readonly Row[]> = new Map()
  const folded = new Set<string>()
  const looks = new WeakMap<Row, unknown>()
  /** Rows that VS Code has asked about since rows were last listed again. */
  const asked = new Set<string>()
  let isRelisting = false
  /** That have ended. */
  let relistings = 0

  const isUnfolded = (id: string) => below.has(id) && !folded.has(id)

  const know = (row: Row): Row => {
    looks.set(row, look(row))
    return row
  }

  /** @returns the row as VS Code knows it, with what is new of it */
  const renew = (known: Row | undefined, row: Row, differing: Set<string>): Row => {
    if (known === undefined) return know(row)
    if (isDeepStrictEqual([known, looks.get(known)], [row, look(row)])) return known
    differing.add(row.id)
    for (const key of Object.keys(known)) if (!(key in row)) Reflect.deleteProperty(known, key)
    return know(Object.assign(known, row))
  }

  const merge = (id: string, rows: readonly Row[], differing: Set<string>): readonly Row[] => {
    const known = new Map(below.get(id)?.map((row) => [row.id, row]))
    if (!isDeepStrictEqual([...known.keys()], idsOf(rows))) differing.add(id)
    return rows.map((row) => renew(known.get(row.id), row, differing))
  }

  const take = (fresh: ReadonlyMap<string, readonly Row[]>): ReadonlySet<string> => {
    const differing = new Set<string>()
    const taken = new Map([...below].filter(([id]) => asked.has(id)))
    for (const [id, rows] of fresh) {
      taken.set(id, merge(id, rows, differing))
      // What VS Code remembers below a row that is folded may be another by now: it must ask again.
      for (const row of rows) if (folded.has(row.id) && below.has(row.id)) differing.add(row.id)
    }
    below = taken
    for (const id of folded) if (!below.has(id)) folded.delete(id)
    return differing
  }

  const collect = async (parent: Row | undefined, into: Map<string, readonly Row[]>): Promise<void> => {
    const rows = await listBelow(parent)
    into.set(parent?.id ?? roots, rows)
    await Promise.all(rows.filter(({ id }) => isUnfolded(id)).map((row) => collect(row, into)))
  }

  const relist = createCoalesced(async () => {
    if (!below.has(roots)) return
    isRelisting = true
    asked.clear()
    const fresh = new Map<string, readonly Row[]>()
    await collect(undefined, fresh).finally(() => {
      isRelisting = false
      relistings++
    })
    const differing = take(fresh)
    if (differing.size > 0) differ([...differing])
  })

  return {
    async list(parent) {
      const id = parent?.id ?? roots
      const known = isUnfolded(id) ? below.get(id) : undefined
      if (known !== undefined) return known
      folded.delete(id)
      const turn = relistings
      // Asked twice at once, VS Code has the rows of either answer.
      const rows = merge(id, await listBelow(parent), new Set())
      asked.add(id)
      below = new Map([...below, [id, rows]])
      // What was listed in the meantime is without these, which may be of before.
      if (isRelisting || relistings > turn) void relist()
      return rows
    },
    relist,
    find: (id) => [...below.values()].flat().find((row) => row.id === id),
    isUnfolded,
    fold: (id) => void folded.add(id),
    unfold: (id) => void folded.delete(id),
  }
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id)
}
