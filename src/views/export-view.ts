import { type LoadOptions, loadTable } from './load-table.ts'
import { toParquet } from './parquet.ts'
import { toCsv, toMarkdown } from './table-text.ts'
import { writeWhole } from './write-whole.ts'

/** By the ending of the file. */
export const exportFormats = ['csv', 'md', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

export function findFormat(path: string): ExportFormat | undefined {
  return exportFormats.find((format) => path.toLowerCase().endsWith(`.${format}`))
}

export interface Export {
  readonly columnCount: number
  readonly pieces: AsyncIterable<string | Uint8Array>
}

/** The table of a view in a format, piece by piece, every row of the view's query. */
export async function openExport(options: LoadOptions & { readonly format: ExportFormat }): Promise<Export> {
  const table = await loadTable(options)
  const pieces = {
    csv: () => toCsv(table),
    md: () => toMarkdown(table, options.view.title),
    parquet: () => toParquet(table, 'runwright'),
  }[options.format]()
  return { columnCount: table.columns.length, pieces }
}

/** Writes the export to a file, complete or not at all. */
export async function exportView(
  path: string,
  options: LoadOptions & { readonly format: ExportFormat },
): Promise<{ readonly columnCount: number; readonly rowCount: number; readonly sizeBytes: number }> {
  let rowCount = 0
  const { columnCount, pieces } = await openExport({
    ...options,
    onProgress(count, total) {
      rowCount = count
      options.onProgress?.(count, total)
    },
  })
  const sizeBytes = await writeWhole(path, pieces, options.signal)
  return { columnCount, rowCount, sizeBytes }
}
