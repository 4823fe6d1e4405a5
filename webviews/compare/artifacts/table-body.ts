import type { LoggedColumn, LoggedTable } from '../../../src/protocol/logged-table.ts'
import { toNumberText } from '../../shared/chart/number-text.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createErrorNote } from './error-note.ts'
import { refuseHuge } from './refuse-huge.ts'
import { createTableGrid } from './table-grid.ts'

/** Rows that are shown of a table. */
export const shownRows = 1000

export function toCellText(column: LoggedColumn | undefined, row: number): string {
  const value = column?.values[row]
  if (typeof value !== 'number') return value ?? ''
  return Number.isNaN(value) ? '' : toNumberText(value)
}

/** The first rows of a logged table. */
export function createTableBody({ host, bytes }: CellParts, { run, artifact }: Version): ArtifactBody {
  const { runId, path, key } = artifact
  const holder = element('div', { class: 'artifact-table' })
  const giveUp = new AbortController()
  const urls = new Map<string, Promise<string>>()

  function loadImage(image: string): Promise<string> {
    const known = urls.get(image)
    if (known !== undefined) return known
    const loading = bytes.readWhole(runId, image).then((content) => {
      refuseHuge(content)
      const url = URL.createObjectURL(new Blob([content]))
      giveUp.signal.addEventListener('abort', () => URL.revokeObjectURL(url))
      return url
    })
    urls.set(image, loading)
    return loading
  }

  function show({ columns, rowCount }: LoggedTable): void {
    const loadedRows = columns[0]?.values.length ?? 0
    holder.replaceChildren(
      createTableGrid({
        id: `table-${runId}-${path.replace(/[^\w-]/g, '-')}`,
        label: text('artifacts.version', { key, name: run.name }),
        headers: columns.map(({ name }) => name),
        rowCount: loadedRows,
        hasImages: columns.some(({ kind }) => kind === 'image'),
        toText: (row, column) => toCellText(columns[column], row),
        toClass: (_, column) => (columns[column]?.kind === 'number' ? 'number' : ''),
        findImage(row, column) {
          const found = columns[column]
          return found?.kind === 'image' ? (found.values[row] ?? undefined) : undefined
        },
        loadImage,
      }),
      element('p', { class: 'artifact-note' }, text('artifacts.rows', { shown: loadedRows, count: rowCount })),
    )
  }

  host.call('artifacts/table', { runId, path, limit: shownRows }, giveUp.signal).then(show, (error: unknown) => {
    if (!giveUp.signal.aborted) holder.replaceChildren(createErrorNote(error))
  })
  return { element: holder, dispose: () => giveUp.abort() }
}
