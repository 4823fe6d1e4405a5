import type { TableFormat } from '../../protocol/data-diff.ts'

/** How the inside of a file is read, by its name alone: the content may come from a cache, where it has none. */
export type ContentKind =
  | { readonly kind: 'table'; readonly format: TableFormat }
  | { readonly kind: 'image' | 'audio' | 'text' | 'onnx' | 'safetensors' | 'pickle' | 'unknown' }

const tables: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'json-lines',
  ndjson: 'json-lines',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  ipc: 'arrow',
  feather: 'arrow',
}

const others: Readonly<Record<Exclude<ContentKind['kind'], 'table' | 'unknown'>, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp', 'svg'],
  audio: ['wav', 'flac', 'mp3'],
  text: 'txt md rst log json yaml yml toml ini cfg xml html css py js ts ipynb sh sql r csl bib tex srt vtt'.split(' '),
  onnx: ['onnx'],
  safetensors: ['safetensors'],
  // NumPy's archives may hold pickled objects, too, but are no pickles by themselves.
  pickle: ['pkl', 'pickle', 'pt', 'pth', 'joblib', 'ckpt', 'dill'],
}

export function findContentKind(name: string): ContentKind {
  // DuckDB unpacks tables of text as it reads them; all else that is packed stays packed.
  const plain = name.toLowerCase().replace(/\.(csv|tsv|jsonl|ndjson)\.(gz|zst)$/, '.$1')
  const extension = /\.([^./\\]+)$/.exec(plain)?.[1] ?? ''
  const format = Object.hasOwn(tables, extension) ? tables[extension] : undefined
  if (format !== undefined) return { kind: 'table', format }
  for (const kind of ['image', 'audio', 'text', 'onnx', 'safetensors', 'pickle'] as const) {
    if (others[kind].includes(extension)) return { kind }
  }
  return { kind: 'unknown' }
}
