import { button, element } from '../../shared/dom.ts'
import type { ShownRun } from '../charts/curve-line.ts'
import { type ArtifactCell, type CellActions, createArtifactCell } from './artifact-cell.ts'
import type { CellParts, Version } from './cell-parts.ts'
import { type Entry, findAt } from './entries.ts'

export interface RowActions {
  open(version: Version): void
  compare(reference: Version, version: Version): void
  /** Shows this entry alone. */
  choose(entry: Entry): void
}

/** One entry, the versions of the runs side by side. */
export interface ArtifactRow {
  readonly element: HTMLElement
  show(entry: Entry, runs: readonly ShownRun[], step: number): void
  dispose(): void
}

export function createArtifactRow(parts: CellParts, actions: RowActions): ArtifactRow {
  const heading = element('h2', { class: 'artifact-key' })
  const list = element('div', { class: 'artifact-cells' })
  const root = element('section', { class: 'artifact-row' }, heading, list)
  const cells = new Map<string, ArtifactCell>()

  return {
    element: root,
    show(entry, runs, step) {
      const label = button(entry.key, () => actions.choose(entry), { class: 'artifact-link', dir: 'auto' })
      if (heading.textContent !== entry.key) heading.replaceChildren(label)
      root.setAttribute('aria-label', entry.key)
      root.dataset['kind'] = entry.kind
      const versions = runs.map((run) => toVersion(entry, run, step))
      const reference = versions.find((version) => version !== undefined)
      const kept = new Set<string>(runs.map(({ runId }) => runId))
      for (const [runId, cell] of cells) {
        if (kept.has(runId)) continue
        cell.dispose()
        cells.delete(runId)
      }
      for (const [place, run] of runs.entries()) {
        const cell = cells.get(run.runId) ?? createArtifactCell(parts)
        cells.set(run.runId, cell)
        const version = versions[place]
        cell.show(run, version, toCellActions(entry, reference, version))
        if (list.children[place] !== cell.element) list.insertBefore(cell.element, list.children[place] ?? null)
      }
    },
    dispose() {
      for (const cell of cells.values()) cell.dispose()
      root.remove()
    },
  }

  function toCellActions({ kind }: Entry, reference: Version | undefined, version: Version | undefined): CellActions {
    const isComparable = kind === 'text' || kind === 'table'
    if (!isComparable || reference === undefined || reference === version) return { open: actions.open }
    return { open: actions.open, compare: (version) => actions.compare(reference, version) }
  }
}

export function toVersion(entry: Entry, run: ShownRun, step: number): Version | undefined {
  const artifact = findAt(entry, run.runId, step)
  return artifact && { run, artifact }
}
