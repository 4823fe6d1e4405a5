import type { NotebookOutput } from '../../../protocol/notebook-file.ts'
import { isRecord, parseForeignJson } from '../../../protocol/json.ts'

/** As much of an output of VS Code's as is read. */
export interface KeptOutput {
  readonly items: readonly { readonly mime: string; readonly data: Uint8Array }[]
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const streams: Readonly<Record<string, string>> = {
  'application/vnd.code.notebook.stdout': 'stdout',
  'application/vnd.code.notebook.stderr': 'stderr',
}
const errorMime = 'application/vnd.code.notebook.error'

/** An output of VS Code's as a file has it: what it was loaded from, or what a kernel said. */
export function toFileOutput({ items, metadata }: KeptOutput): NotebookOutput {
  const [first] = items
  const name = streams[first?.mime ?? '']
  if (name !== undefined) return { output_type: 'stream', name, text: items.map(({ data }) => toText(data)) }
  if (first?.mime === errorMime) return toFileError(toText(first.data), metadata?.['originalError'])
  const data = Object.fromEntries(items.map((item) => [item.mime, toValue(item)]))
  return { output_type: 'display_data', data, metadata: {} }
}

/** VS Code keeps the error as it was beside its own form of it, which does not tell the lines of a traceback apart. */
function toFileError(json: string, original: unknown): NotebookOutput {
  const shown = parseForeignJson(json)
  const { name, message, stack } = isRecord(shown) ? shown : {}
  const { ename, evalue, traceback } = isRecord(original) ? original : {}
  const lines = Array.isArray(traceback) ? traceback.map(String) : [String(stack ?? '')]
  return { output_type: 'error', ename: String(ename ?? name), evalue: String(evalue ?? message), traceback: lines }
}

function toValue({ mime, data }: KeptOutput['items'][number]): unknown {
  if (/^application\/(.*\+)?json$/.test(mime)) return parseForeignJson(toText(data))
  return /^(text\/|.*(xml|javascript)$)/.test(mime) ? toText(data) : Buffer.from(data).toString('base64')
}

function toText(data: Uint8Array): string {
  return new TextDecoder().decode(data)
}
