/**
 * A value of Thrift's compact protocol, as far as Parquet's headers need it.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export interface ThriftValue {
  readonly type: number
  readonly bytes: readonly number[] | Uint8Array
}

const types = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const

export function i32(value: number): ThriftValue {
  return { type: types.i32, bytes: varint(zigzag(BigInt(value))) }
}

export function i64(value: number): ThriftValue {
  return { type: types.i64, bytes: varint(zigzag(BigInt(value))) }
}

export function text(value: string): ThriftValue {
  const bytes = new TextEncoder().encode(value)
  return { type: types.binary, bytes: [...varint(BigInt(bytes.length)), ...bytes] }
}

/** @param items of one type, at least one */
export function list(items: readonly ThriftValue[]): ThriftValue {
  const type = items[0]?.type ?? types.i32
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(BigInt(items.length))]
  return { type: types.list, bytes: concat([head, ...items.map(({ bytes }) => bytes)]) }
}

/** @param fields by their ids, in ascending order, at most 15 apart */
export function struct(fields: readonly (readonly [id: number, value: ThriftValue])[]): ThriftValue {
  let last = 0
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const head = [((id - last) << 4) | type]
    last = id
    return [head, bytes]
  })
  return { type: types.struct, bytes: concat([...parts, [0]]) }
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value
}

/** Seven bits a byte, the low ones first. */
export function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

function concat(parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let place = 0
  for (const part of parts) {
    bytes.set(part, place)
    place += part.length
  }
  return bytes
}
