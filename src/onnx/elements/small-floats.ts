import { TensorProto_DataType as DataType } from 'onnx-buf'
import { RunwrightError } from '../../protocol/errors.ts'

/** How the bits of a float of at most eight bits are shared out: a sign, then exponent, then mantissa. */
interface SmallFloat {
  readonly exponentBits: number
  readonly mantissaBits: number
  readonly bias: number
  readonly hasSign: boolean
  /** Whether a code (without its sign) is NaN or an infinity; the rest are numbers. */
  special(code: number): number | undefined
  /** Negative zero stands for NaN, the only one. */
  readonly isUnsignedZero: boolean
}

const none = () => undefined

/** @see https://onnx.ai/onnx/technical/float8.html and https://onnx.ai/onnx/technical/float4.html */
const smallFloats: ReadonlyMap<number, SmallFloat> = new Map<number, SmallFloat>([
  [
    DataType.FLOAT8E4M3FN,
    { ...shape(4, 3, 7), special: (code) => (code === 0x7f ? Number.NaN : undefined), isUnsignedZero: false },
  ],
  [DataType.FLOAT8E4M3FNUZ, { ...shape(4, 3, 8), special: none, isUnsignedZero: true }],
  [
    DataType.FLOAT8E5M2,
    {
      ...shape(5, 2, 15),
      special: (code) => (code > 0x7c ? Number.NaN : code === 0x7c ? Number.POSITIVE_INFINITY : undefined),
      isUnsignedZero: false,
    },
  ],
  [DataType.FLOAT8E5M2FNUZ, { ...shape(5, 2, 16), special: none, isUnsignedZero: true }],
  [DataType.FLOAT4E2M1, { ...shape(2, 1, 1), special: none, isUnsignedZero: false }],
])

function shape(exponentBits: number, mantissaBits: number, bias: number) {
  return { exponentBits, mantissaBits, bias, hasSign: true }
}

const tables = new Map<number, Float32Array>()

/** What each code of a small float stands for, by the code; undefined for a type that is none. */
export function smallFloatTable(dataType: number): Float32Array | undefined {
  const known = tables.get(dataType)
  if (known !== undefined) return known
  const float = smallFloats.get(dataType)
  const table =
    dataType === DataType.FLOAT8E8M0
      ? Float32Array.from({ length: 256 }, (_, code) => (code === 255 ? Number.NaN : 2 ** (code - 127)))
      : float &&
        Float32Array.from({ length: 2 ** (1 + float.exponentBits + float.mantissaBits) }, (_, code) =>
          decode(float, code),
        )
  if (table !== undefined) tables.set(dataType, table)
  return table
}

function decode(float: SmallFloat, code: number): number {
  const { exponentBits, mantissaBits, bias } = float
  const signBit = 2 ** (exponentBits + mantissaBits)
  if (float.isUnsignedZero && code === signBit) return Number.NaN
  const magnitude = code % signBit
  const exponent = magnitude >> mantissaBits
  const mantissa = (magnitude & (2 ** mantissaBits - 1)) / 2 ** mantissaBits
  const value =
    float.special(magnitude) ?? (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias))
  return code >= signBit ? -value : value
}

/**
 * The code of the nearest number, halves to even; what is too large is the greatest that the type has, as ONNX's Cast
 * does by default.
 */
export function toSmallFloat(dataType: number, table: Float32Array, value: number): number {
  const hasSign = dataType !== DataType.FLOAT8E8M0
  const half = hasSign ? table.length / 2 : table.length
  if (Number.isNaN(value)) return nanCode(table)
  const magnitude = Math.abs(value)
  let [below, above] = [0, half - 1]
  while (above > 0 && !Number.isFinite(table[above])) above -= 1
  const infinity = table.indexOf(Number.POSITIVE_INFINITY)
  if (magnitude === Number.POSITIVE_INFINITY && infinity !== -1) above = below = infinity
  while (above - below > 1) {
    const middle = (below + above) >> 1
    if ((table[middle] ?? 0) <= magnitude) below = middle
    else above = middle
  }
  const toBelow = magnitude - (table[below] ?? 0)
  const toAbove = (table[above] ?? 0) - magnitude
  const code = toBelow < toAbove || (toBelow === toAbove && below % 2 === 0) ? below : above
  const isNegative = value < 0 || Object.is(value, -0)
  const hasNegative = hasSign && isNegative && !Number.isNaN(table[code + half])
  return hasNegative ? code + half : code
}

function nanCode(table: Float32Array): number {
  const code = table.findIndex((each) => Number.isNaN(each))
  if (code !== -1) return code
  throw new RunwrightError('INVALID_PARAMETER_VALUE', 'A float of four bits cannot be NaN.')
}
