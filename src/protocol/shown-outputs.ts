import { type CellOutput, joinOutputs } from './cell-outputs.ts'

/** What cells show after all that their kernel has said: cleared, joined and updated in place. */
export interface ShownOutputs {
  /** @returns the cells that show something else now */
  add(cell: string, output: CellOutput): readonly string[]
  /** A cell that is run anew shows nothing. */
  clear(cell: string): void
  of(cell: string): readonly CellOutput[]
}

export function createShownOutputs(): ShownOutputs {
  const cells = new Map<string, CellOutput[]>()
  /** They are cleared by their next output. */
  const clearing = new Set<string>()

  function append(cell: string, output: CellOutput): void {
    const shown = clearing.delete(cell) ? [] : (cells.get(cell) ?? [])
    const last = shown.at(-1)
    const joined = last === undefined ? undefined : joinOutputs(last, output)
    cells.set(cell, joined === undefined ? [...shown, output] : [...shown.slice(0, -1), joined])
  }

  function update(output: CellOutput & { kind: 'update' }): string[] {
    const { data, metadata, displayId } = output
    const isMeant = (each: CellOutput) =>
      (each.kind === 'display' || each.kind === 'result') && each.displayId === displayId
    const changed = [...cells].filter(([, shown]) => shown.some(isMeant))
    for (const [cell, shown] of changed) {
      cells.set(
        cell,
        shown.map((each) => (isMeant(each) ? { ...each, data, metadata } : each)),
      )
    }
    return changed.map(([cell]) => cell)
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
    of: (cell) => cells.get(cell) ?? [],
  }
}
