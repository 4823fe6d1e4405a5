import type { ComparedFile } from './compared-file.ts'
import type { TableFile } from './table-request.ts'

/** How a file is packed stands in its name, which in a cache is another one. */
export function toTableFile({ name, path }: Pick<ComparedFile, 'name' | 'path'>): TableFile {
  const compression = /\.gz$/i.test(name) ? 'gzip' : /\.zst$/i.test(name) ? 'zstd' : 'none'
  return { path, name, compression }
}
