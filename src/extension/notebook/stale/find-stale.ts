import { readCellNames } from './cell-names.ts'
import type { CellNames } from './python-names.ts'

/** A cell as it was run last. */
export interface RanCell {
  /** As `toCellKey` gives it. */
  readonly key: string
  readonly code: string
  /** As VS Code calls it. */
  readonly language: string
}

/** Why what a cell shows may not be what it would show now. */
export type Staleness =
  /** Its own code has changed. */
  | { readonly kind: 'edited' }
  /** What it takes by this name from another cell was set again by this one. */
  | { readonly kind: 'set'; readonly name: string; readonly key: string }
  /** The cell that it takes this from is stale. */
  | { readonly kind: 'source'; readonly name: string; readonly key: string }

/**
 * The cells whose code or inputs have changed since they ran.
 *
 * @param ran of each cell its last run, in the order of these
 * @param codes of the cells that there are, by their keys; a cell that was removed has still set what it set
 */
export function findStale(ran: readonly RanCell[], codes: ReadonlyMap<string, string>): ReadonlyMap<string, Staleness> {
  const names = ran.map(({ code, language }) => readCellNames(code, language))
  const stale = new Map<string, Staleness>()
  ran.forEach(({ key, code }, at) => {
    const now = codes.get(key)
    if (now !== undefined && now !== code) stale.set(key, { kind: 'edited' })
    else {
      const changed = [...(names[at]?.uses ?? [])].map((name) => findChange(name, at, ran, names, stale)).find(Boolean)
      if (changed !== undefined) stale.set(key, changed)
    }
  })
  return new Map([...stale].filter(([key]) => codes.has(key)))
}

/** Runs before are looked through already, so that each knows whether it is stale. */
function findChange(
  name: string,
  at: number,
  ran: readonly RanCell[],
  names: readonly CellNames[],
  stale: ReadonlyMap<string, Staleness>,
): Staleness | undefined {
  const isSetBy = (index: number) => names[index]?.sets.has(name) ?? false
  const later = ran.find((_, index) => index > at && isSetBy(index))
  if (later !== undefined) return { kind: 'set', name, key: later.key }
  const source = ran.findLast((_, index) => index < at && isSetBy(index))
  return source !== undefined && stale.has(source.key) ? { kind: 'source', name, key: source.key } : undefined
}
