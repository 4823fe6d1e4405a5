import type { Language } from '../base/languages.ts'
import { loadPageData } from './load-page-data.ts'
import { type LoadOptions, loadTable } from './load-table.ts'
import { createPage } from './page.ts'
import { toParquet } from './parquet.ts'
import { toCsv, toMarkdown } from './table-text.ts'
import { writeWhole } from './write-whole.ts'

/** By the ending of the file. */
export const exportFormats = ['csv', 'md', 'parquet', 'html'] as const
export type ExportFormat = (typeof exportFormats)[number]

export function findFormat(path: string): ExportFormat | undefined {
  return exportFormats.find((format) => path.toLowerCase().endsWith(`.${format}`))
}

export interface ExportOptions extends LoadOptions {
  readonly format: ExportFormat
  /** Where the bundles of webviews are: a page holds them. */
  readonly webviewFolder: string
  /** Of a page: `en`, `ar`, … */
  readonly language: Language
}

export interface Export {
  readonly columnCount: number
  readonly pieces: AsyncIterable<string | Uint8Array>
}

/** A view in a format, piece by piece, with every row of its query; a page holds its charts and differences, too. */
export async function openExport(options: ExportOptions): Promise<Export> {
  if (options.format === 'html') {
    const data = await loadPageData(options)
    return { columnCount: data.columns.length, pieces: only(await createPage(data, options.webviewFolder)) }
  }
  const table = await loadTable(options)
  const pieces = {
    csv: () => toCsv(table),
    md: () => toMarkdown(table, options.view.title),
    parquet: () => toParquet(table, 'runwright'),
  }[options.format]()
  return { columnCount: table.columns.length, pieces }
}

async function* only(piece: string): AsyncGenerator<string> {
  yield piece
}

/** Writes the export to a file, complete or not at all. */
export async function exportView(
  path: string,
  options: ExportOptions,
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
