import type * as vscode from 'vscode'

/** A display that may be updated later. */
export interface Display {
  readonly cell: vscode.NotebookCell
  readonly output: vscode.NotebookCellOutput
}

/** The displays of a notebook by the ids that its kernel gave them; an id may stand for several. */
export interface Displays {
  add(displayId: string, display: Display): void
  find(displayId: string): readonly Display[]
  /** What a cell has shown is gone. */
  forget(cell: vscode.NotebookCell): void
}

export function createDisplays(): Displays {
  const byId = new Map<string, readonly Display[]>()
  return {
    add: (displayId, display) => void byId.set(displayId, [...(byId.get(displayId) ?? []), display]),
    find: (displayId) => byId.get(displayId) ?? [],
    forget(cell) {
      for (const [displayId, displays] of byId) {
        const kept = displays.filter((each) => each.cell !== cell)
        if (kept.length === 0) byId.delete(displayId)
        else byId.set(displayId, kept)
      }
    },
  }
}
