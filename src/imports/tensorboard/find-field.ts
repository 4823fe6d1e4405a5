import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** The last of the fields of that number that have a length. */
export function findField(bytes: Uint8Array, number: number): Uint8Array | undefined {
  return listFields(bytes, number).at(-1)
}

/** The fields of that number that have a length. */
export function listFields(bytes: Uint8Array, number: number): Uint8Array[] {
  const reader = new BinaryReader(bytes)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === number && wireType === WireType.LengthDelimited) found.push(reader.bytes())
    else reader.skip(wireType, field)
  }
  return found
}
