import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { findField, listFields } from './find-field.ts'
import { readHparams } from './read-hparams.ts'
import { readScalarTensor } from './read-tensor.ts'
import type { Param } from '../../protocol/runs.ts'

/** What of an event can be a metric or a param (tensorflow/core/util/event.proto). */
export interface TensorboardEvent {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestamp: number
  readonly step: number
  readonly scalars: readonly { readonly tag: string; readonly value: number }[]
  readonly params: readonly Param[]
}

/** @throws RangeError or Error when the bytes are no event */
export function readEvent(bytes: Uint8Array): TensorboardEvent {
  const reader = new BinaryReader(bytes)
  let [wallTime, step] = [0, 0]
  const values: SummaryValue[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.Bit64) wallTime = reader.double()
    else if (field === 2 && wireType === WireType.Varint) step = Number(reader.int64())
    else if (field === 5 && wireType === WireType.LengthDelimited)
      values.push(...listFields(reader.bytes(), 1).map(readValue))
    else reader.skip(wireType, field)
  }
  return {
    timestamp: Math.max(0, Math.round(wallTime * 1000)) || 0,
    step,
    scalars: values.flatMap(({ tag, value }) => (value === undefined ? [] : [{ tag, value }])),
    params: values.flatMap(({ params }) => params),
  }
}

interface SummaryValue {
  readonly tag: string
  /** Undefined for what is no scalar. */
  readonly value: number | undefined
  readonly params: readonly Param[]
}

/** A scalar is a `simple_value`, or a tensor of one number that is of no other plugin. */
function readValue(bytes: Uint8Array): SummaryValue {
  const reader = new BinaryReader(bytes)
  let tag = ''
  let simple: number | undefined
  let tensor: number | undefined
  let plugin: Plugin = { name: '', content: new Uint8Array() }
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.LengthDelimited) tag = reader.string()
    else if (field === 2 && wireType === WireType.Bit32) simple = reader.float()
    else if (field === 8 && wireType === WireType.LengthDelimited) tensor = readScalarTensor(reader.bytes())
    else if (field === 9 && wireType === WireType.LengthDelimited) plugin = readPlugin(reader.bytes())
    else reader.skip(wireType, field)
  }
  if (plugin.name === 'hparams') return { tag, value: undefined, params: readHparams(plugin.content) }
  const isScalar = plugin.name === '' || plugin.name === 'scalars'
  return { tag, value: simple ?? (isScalar ? tensor : undefined), params: [] }
}

interface Plugin {
  readonly name: string
  readonly content: Uint8Array
}

/** Of a `SummaryMetadata`. */
function readPlugin(bytes: Uint8Array): Plugin {
  const inside = findField(bytes, 1)
  if (inside === undefined) return { name: '', content: new Uint8Array() }
  const name = findField(inside, 1)
  return { name: new TextDecoder().decode(name), content: findField(inside, 2) ?? new Uint8Array() }
}
