import { inspect } from 'node:util'
import type { MimeBundle } from '../../protocol/cell-outputs.ts'
import { describeError } from './describe-error.ts'
import { renderTable } from './render-table.ts'

/**
 * A value that knows how it is shown has a method of this name, which gives texts, JSON and base64 by MIME type. The name
 * is the one of Deno's kernel, so that what libraries do for that is of use here.
 */
export const displayHook = Symbol.for('Jupyter.display')

/** The text of a value, as a console shows it: long ones are shortened. */
export function inspectValue(value: unknown): string {
  return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 })
}

/** What a cell shows of a value: always `text/plain`, and what is richer where there is any. */
export function renderValue(value: unknown): MimeBundle {
  const own = askValue(value)
  if (own !== undefined) return own
  if (value instanceof Error) return { 'text/plain': describeError(value).traceback.join('\n') }
  if (isTensor(value)) return { 'text/plain': describeTensor(value) }
  const text = { 'text/plain': inspectValue(value) }
  const table = Array.isArray(value) ? renderTable(value) : undefined
  return table === undefined ? text : { ...text, 'text/html': table }
}

function askValue(value: unknown): MimeBundle | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  const hook: unknown = Reflect.get(value, displayHook)
  if (typeof hook !== 'function') return undefined
  const bundle: unknown = Reflect.apply(hook, value, [])
  if (typeof bundle !== 'object' || bundle === null || bundle instanceof Promise) return undefined
  return { 'text/plain': '', ...bundle }
}

/** As those of TensorFlow.js are. */
interface Tensor {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly isDisposed?: boolean
  toString(isVerbose: boolean): string
}

function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null || !('dataId' in value) || !('dtype' in value)) return false
  return 'shape' in value && Array.isArray(value.shape) && 'dataSync' in value
}

/** Longer ones have three values at each end, as TensorFlow.js prints them. */
function describeTensor(tensor: Tensor): string {
  const head = `Tensor ${tensor.dtype} [${tensor.shape.join(', ')}]`
  if (tensor.isDisposed === true) return `${head}, disposed`
  const printed = tensor.toString(false)
  return `${head}${printed.startsWith('Tensor') ? printed.slice('Tensor'.length) : `\n${printed}`}`
}
