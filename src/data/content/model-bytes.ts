/** Models for tests, written byte by byte as their formats say. */

export interface TensorBytes {
  readonly type: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

export function floats(...values: readonly number[]): TensorBytes {
  return { type: 'F32', shape: [values.length], bytes: new Uint8Array(new Float32Array(values).buffer) }
}

export function safetensorsBytes(
  tensors: Readonly<Record<string, TensorBytes>>,
  metadata?: Readonly<Record<string, string>>,
): Buffer {
  let offset = 0
  const entries = Object.entries(tensors).map(([name, { type, shape, bytes }]) => {
    const place = [offset, (offset += bytes.length)]
    return [name, { dtype: type, shape, data_offsets: place }] as const
  })
  const all = [...(metadata === undefined ? [] : [['__metadata__', metadata] as const]), ...entries]
  // By hand: an object would take `__proto__` for its prototype.
  const json = Buffer.from(`{${all.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`)
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([head, json, ...Object.values(tensors).map(({ bytes }) => bytes)])
}

type FieldValue = number | string | Uint8Array

/** A protobuf message: numbers as varints, the rest with its length. */
export function message(...fields: readonly (readonly [number: number, value: FieldValue])[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)])
      const bytes = Buffer.from(value)
      return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
    }),
  )
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** A ModelProto around a GraphProto of these fields. */
export function onnxBytes(graph: Buffer, opset = 17): Buffer {
  return message([1, 8], [2, 'test'], [7, graph], [8, message([1, ''], [2, opset])])
}

/** A TensorProto of float32 in `raw_data`. */
export function initializer(name: string, shape: readonly number[], values: readonly number[]): Buffer {
  const dimensions = shape.map((size) => [1, size] as const)
  return message(...dimensions, [2, 1], [8, name], [9, new Uint8Array(new Float32Array(values).buffer)])
}

/** A NodeProto with these attributes in the form of AttributeProtos. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  ...attributes: readonly Buffer[]
): Buffer {
  return message(
    ...inputs.map((input) => [1, input] as const),
    [2, output],
    [3, `${operator} of ${output}`],
    [4, operator],
    ...attributes.map((attribute) => [5, attribute] as const),
  )
}

/** A ValueInfoProto of float32 with sizes, or names for those that are open. */
export function valueInfo(name: string, shape: readonly (number | string)[]): Buffer {
  const dimensions = shape.map((size) => [1, message([typeof size === 'number' ? 1 : 2, size])] as const)
  return message([1, name], [2, message([1, message([1, 1], [2, message(...dimensions)])])])
}
