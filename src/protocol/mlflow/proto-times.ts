import { checked, type Field, refuse, text } from './fields.ts'

/** A protobuf Timestamp in JSON (RFC 3339), as milliseconds since 1970-01-01 UTC. */
export const timestamp: Field<number> = checked(
  text,
  (written, path) => {
    const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/.exec(written)
    const [, seconds, fraction = '', zone] = match ?? []
    const time = Date.parse(`${seconds}${zone}`)
    return Number.isNaN(time) ? refuse(written, path) : time + milliseconds(fraction)
  },
  { format: 'date-time' },
)

/** A protobuf Duration in JSON, `1.5s`, as milliseconds. */
export const duration: Field<number> = checked(
  text,
  (written, path) => {
    const [, sign, seconds, fraction = ''] = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(written) ?? []
    if (seconds === undefined) return refuse(written, path)
    const length = Number(seconds) * 1000 + milliseconds(fraction)
    return sign === '-' ? -length : length
  },
  { pattern: '^-?\\d{1,12}(\\.\\d{1,9})?s$' },
)

function milliseconds(fraction: string): number {
  return Number(fraction.padEnd(3, '0').slice(0, 3))
}

/** As protobuf's JSON has it: three digits of a second, or none. */
export function writeTimestamp(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}

export function writeDuration(length: number): string {
  const whole = Math.trunc(Math.abs(length) / 1000)
  const rest = Math.abs(length) % 1000
  return `${length < 0 ? '-' : ''}${whole}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}s`
}
