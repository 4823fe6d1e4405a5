import type { CellOutput, MimeBundle } from '../../protocol/cell-outputs.ts'
import { toNotebookOutput } from '../../protocol/notebook-file.ts'

/** An output as VS Code keeps it, before it is one of its objects. */
export interface ShownOutput {
  /** As VS Code's reader and writer of `.ipynb` know it. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly items: readonly ShownItem[]
}

export interface ShownItem {
  readonly mime: string
  readonly data: Uint8Array
}

const streamMimes = {
  stdout: 'application/vnd.code.notebook.stdout',
  stderr: 'application/vnd.code.notebook.stderr',
}
const errorMime = 'application/vnd.code.notebook.error'

/** What VS Code is to show of an output; undefined for what shows nothing by itself. */
export function toShownOutput(output: CellOutput): ShownOutput | undefined {
  switch (output.kind) {
    case 'stream':
      return {
        metadata: { outputType: 'stream' },
        items: [{ mime: streamMimes[output.name], data: encode(output.text) }],
      }
    case 'display':
      return { metadata: describe('display_data', output), items: toShownItems(output.data) }
    case 'result': {
      const metadata = { ...describe('execute_result', output), executionCount: output.executionCount }
      return { metadata, items: toShownItems(output.data) }
    }
    case 'error': {
      const { name, message, traceback } = output
      const error = { name, message, stack: traceback.join('\n') }
      return {
        // The stack alone would lose where one line of the traceback ends.
        metadata: { outputType: 'error', originalError: toNotebookOutput(output) },
        items: [{ mime: errorMime, data: encode(JSON.stringify(error)) }],
      }
    }
    default:
      return undefined
  }
}

function describe(outputType: string, output: { readonly metadata: MimeBundle; readonly displayId?: string }) {
  const { metadata, displayId } = output
  return { outputType, metadata, ...(displayId === undefined ? {} : { transient: { display_id: displayId } }) }
}

/** One item for each type; which of them is shown is VS Code's choice. */
export function toShownItems(data: MimeBundle): ShownItem[] {
  return Object.entries(data).map(([mime, value]) => ({ mime, data: toBytes(mime, value) }))
}

function toBytes(mime: string, value: unknown): Uint8Array {
  if (typeof value !== 'string') return encode(JSON.stringify(value))
  if (/^(image\/(?!svg)|audio\/|video\/|application\/pdf$)/.test(mime)) return Buffer.from(value, 'base64')
  // A string is a value of JSON, too.
  return encode(/^application\/(.*\+)?json$/.test(mime) ? JSON.stringify(value) : value)
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
