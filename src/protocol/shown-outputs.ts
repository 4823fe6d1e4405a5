import { type CellOutput, joinOutputs } from './cell-outputs.ts'

/** What cells show after all that their kernel has said: cleared, joined and updated in place. */
export interface ShownOutputs {
  /** @returns the cells that show something else now */
  add(cell: string, output: CellOutput): readonly string[]
  /** A cell that is run anew shows nothing. */
  clear(cell: string): void
  /** The same list until it shows something else. */
  of(cell: string): readonly CellOutput[]
}

const none: readonly CellOutput[] = []

export function createShownOutputs(): ShownOutputs {
  const cells = new Map<string, CellOutput[]>()
  /** They are cleared by their next output. */
  const clearing = new Set<string>()
  /** Where a display was shown, by its id. */
  const places = new Map<string, Set<string>>()

  function append(cell: string, output: CellOutput): void {
    const shown = clearing.delete(cell) ? [] : (cells.get(cell) ?? [])
    const last = shown.at(-1)
    const joined = last === undefined ? undefined : joinOutputs(last, output)
    if ((output.kind === 'display' || output.kind === 'result') && output.displayId !== undefined) {
      const known = places.get(output.displayId)
      if (known === undefined) places.set(output.displayId, new Set([cell]))
      else known.add(cell)
    }
    cells.set(cell, joined === undefined ? [...shown, output] : [...shown.slice(0, -1), joined])
  }

  function update(output: CellOutput & { kind: 'update' }): string[] {
    const { data, metadata, displayId } = output
    const isMeant = (each: CellOutput) =>
      (each.kind === 'display' || each.kind === 'result') && each.displayId === displayId
    const changed = [...(places.get(displayId) ?? [])].filter((cell) => cells.get(cell)?.some(isMeant))
    for (const cell of changed) {
      const shown = cells.get(cell) ?? []
      cells.set(
        cell,
        shown.map((each) => (isMeant(each) ? { ...each, data, metadata } : each)),
      )
    }
    return changed
  }

  return {
    add(cell, output) {
      if (output.kind === 'update') return update(output)
      if (output.kind === 'input' || output.kind === 'other') return []
      if (output.kind === 'clear' && output.waits) clearing.add(cell)
      else if (output.kind === 'clear') cells.delete(cell)
      else append(cell, output)
      return [cell]
    },
    clear(cell) {
      cells.delete(cell)
      clearing.delete(cell)
    },
    of: (cell) => cells.get(cell) ?? none,
  }
}
