import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { Param } from '../../protocol/runs.ts'
import { findField, listFields } from './find-field.ts'

/** The values that a session began with, of an `HParamsPluginData` (tensorboard/plugins/hparams/plugin_data.proto). */
export function readHparams(content: Uint8Array): Param[] {
  const session = findField(content, 3)
  if (session === undefined) return []
  return listFields(session, 1).map((entry) => ({
    key: new TextDecoder().decode(findField(entry, 1)),
    value: readValue(findField(entry, 2) ?? new Uint8Array()),
  }))
}

/** A `google.protobuf.Value` as text. */
function readValue(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes)
  let text = ''
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 2 && wireType === WireType.Bit64) text = String(reader.double())
    else if (field === 3 && wireType === WireType.LengthDelimited) text = reader.string()
    else if (field === 4 && wireType === WireType.Varint) text = String(reader.bool())
    else reader.skip(wireType, field)
  }
  return text
}
