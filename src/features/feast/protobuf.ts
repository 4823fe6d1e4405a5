/**
 * Fields of a protobuf message, written one after another. What is 0, false or empty is left out, as proto3 has it.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export type Field = Uint8Array

const wire = { varint: 0, bytes: 2 } as const

export function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields)
}

/** @param value an integer from 0 to 2⁵³ − 1 */
export function uint(number: number, value: number): Field {
  return value === 0 ? new Uint8Array() : message(tag(number, wire.varint), varint(value))
}

export function flag(number: number, value: boolean): Field {
  return uint(number, value ? 1 : 0)
}

export function text(number: number, value: string | undefined): Field {
  return value === undefined || value === '' ? new Uint8Array() : bytes(number, Buffer.from(value))
}

/** A message inside of a message; an empty one is there all the same. */
export function bytes(number: number, value: Uint8Array): Field {
  return message(tag(number, wire.bytes), varint(value.length), value)
}

/** A map of texts. */
export function texts(number: number, values: Readonly<Record<string, string>>): Field {
  return message(...Object.entries(values).map(([key, value]) => bytes(number, message(text(1, key), text(2, value)))))
}

function tag(number: number, type: number): Uint8Array {
  return varint(number * 8 + type)
}

/** Seven bits a byte, the lowest first; all but the last have their highest bit set. */
function varint(value: number): Uint8Array {
  const written: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) written.push((rest % 128) + 128)
  return Uint8Array.from([...written, rest])
}
