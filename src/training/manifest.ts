/**
 * What stands beside the state of a checkpoint: `step-120-0f3a9c2e.json` beside `step-120-0f3a9c2e.v8`. The same as the
 * Python package `runwright` writes, so that each lists the checkpoints of the other.
 */
import { createHash } from 'node:crypto'

/** How states are written: by Node's own serialization here, the others by Python. */
export const suffixes = { v8: '.v8', torch: '.pt', 'torch-pickle': '.pt', pickle: '.pkl' } as const
export type StateFormat = keyof typeof suffixes

export interface Manifest {
  /** From 0. */
  readonly step: number
  readonly metric: number | undefined
  /** Counts the checkpoints of a folder; the newest one has the highest, whatever its step. */
  readonly sequence: number
  readonly format: StateFormat
  readonly sizeBytes: number
  readonly sha256: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly savedAt: number
  /** It came from the tracking server. */
  readonly isFetched: boolean
}

const version = 1

export function stemOf({ step, sha256 }: Manifest): string {
  return `step-${step}-${sha256.slice(0, 8)}`
}

export function manifestNameOf(manifest: Manifest): string {
  return `${stemOf(manifest)}.json`
}

export function stateNameOf(manifest: Manifest): string {
  return stemOf(manifest) + suffixes[manifest.format]
}

export function encodeManifest(manifest: Manifest): string {
  const fields = toFields(manifest, formatPythonFloat(manifest.metric))
  const lines = [...fields, ['check', JSON.stringify(checkOf(fields))]].map(([name, text]) => `  "${name}": ${text}`)
  return `{\n${lines.join(',\n')}\n}`
}

/** Undefined for anything but a whole, unchanged manifest of this version. */
export function parseManifest(text: string): Manifest | undefined {
  // Python writes numbers its own way, and the check is over what it has written.
  const metricText = /"metric": (null|[-\w.+]+)/.exec(text)?.[1] ?? ''
  const content = parseObject(text.replace(`"metric": ${metricText}`, '"metric": null'))
  if (content === undefined || content['version'] !== version) return undefined
  const manifest: Manifest = {
    step: toCount(content['step']),
    metric: metricText === 'null' ? undefined : Number(metricText),
    sequence: toCount(content['sequence']),
    format: content['format'] as StateFormat,
    sizeBytes: toCount(content['size_bytes']),
    sha256: String(content['sha256']),
    savedAt: toCount(content['saved_at']),
    isFetched: content['is_fetched'] === true,
  }
  const isSound =
    Object.hasOwn(suffixes, String(content['format'])) &&
    /^[0-9a-f]{64}$/.test(manifest.sha256) &&
    ![manifest.step, manifest.sequence, manifest.sizeBytes, manifest.savedAt, manifest.metric].some(Number.isNaN)
  return isSound && content['check'] === checkOf(toFields(manifest, metricText)) ? manifest : undefined
}

type Fields = readonly (readonly [name: string, text: string])[]

/** As JSON, in the order of their names: what Python's `json.dumps(…, sort_keys=True)` makes of them. */
function toFields(manifest: Manifest, metric: string): Fields {
  return [
    ['format', JSON.stringify(manifest.format)],
    ['is_fetched', String(manifest.isFetched)],
    ['metric', metric],
    ['saved_at', String(manifest.savedAt)],
    ['sequence', String(manifest.sequence)],
    ['sha256', JSON.stringify(manifest.sha256)],
    ['size_bytes', String(manifest.sizeBytes)],
    ['step', String(manifest.step)],
    ['version', String(version)],
  ]
}

function checkOf(fields: Fields): string {
  const text = `{${fields.map(([name, value]) => `"${name}": ${value}`).join(', ')}}`
  return createHash('sha256').update(text).digest('hex')
}

/** As Python's `repr` writes a float, in the fewest digits: `1.0`, `1e-07`. */
export function formatPythonFloat(value: number | undefined): string {
  if (value === undefined) return 'null'
  if (!Number.isFinite(value)) return String(value)
  const [mantissa = '', power = '0'] = (Object.is(value, -0) ? '-0e0' : value.toExponential()).split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const text = Object.is(value, -0) ? '-0' : value.toFixed(Math.max(0, fractionOf(mantissa) - exponent))
  return text.includes('.') ? text : `${text}.0`
}

function fractionOf(mantissa: string): number {
  return mantissa.split('.')[1]?.length ?? 0
}

function toCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
