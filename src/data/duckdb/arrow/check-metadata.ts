import { checkIntact, invalidInput } from './invalid-input.ts'

/**
 * The reader of the format trusts what vectors say of their length, and would be busy for hours with a vector of four
 * billion fields in a file of a hundred bytes. So lengths are checked beforehand, for those tables that have vectors.
 *
 * @see https://github.com/apache/arrow/tree/main/format
 * @see https://flatbuffers.dev/internals/
 */
interface TableShape {
  /** By the field's place in its table: a table, a vector of tables, or a vector of structs of so many bytes. */
  readonly fields: Readonly<Record<number, TableShape | { readonly each: TableShape | number }>>
}

const keyValues = { each: { fields: {} } }
const field: TableShape = {
  fields: {
    get 5() {
      return { each: field }
    },
    6: keyValues,
  },
}
const schema: TableShape = { fields: { 1: { each: field }, 2: keyValues } }
const recordBatch: TableShape = { fields: { 1: { each: 16 }, 2: { each: 16 }, 4: { each: 8 } } }
const dictionaryBatch: TableShape = { fields: { 1: recordBatch } }
const footer: TableShape = { fields: { 1: schema, 2: { each: 24 }, 3: { each: 24 }, 4: keyValues } }

/** By the number of the header's kind. */
const headers: Readonly<Record<number, TableShape>> = { 1: schema, 2: dictionaryBatch, 3: recordBatch }

/** Parts of one vector may be the same table, and then the same again: few bytes could stand for any number of fields. */
const maxTables = 200_000
const maxDepth = 100

/** @throws Invalid Input Error */
export function checkFooter(bytes: Uint8Array): void {
  checkTree(bytes, () => footer)
}

/** @throws Invalid Input Error */
export function checkMessage(bytes: Uint8Array): void {
  checkTree(bytes, (view, root) => {
    const kind = findField(view, root, 1)
    const header = kind === undefined ? undefined : headers[view.getUint8(kind)]
    checkIntact(header !== undefined, 'it has a part of no known kind')
    return { fields: { 2: header, 4: keyValues } }
  })
}

function checkTree(bytes: Uint8Array, shapeOf: (view: DataView, root: number) => TableShape): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const root = view.getUint32(0, true)
  let left = maxTables
  const check = (at: number, { fields }: TableShape, depth: number): void => {
    checkIntact(left-- > 0 && depth < maxDepth, 'it has more fields, or deeper ones, than can be')
    if (fields === schema.fields) checkByteOrder(view, at)
    for (const [id, shape] of Object.entries(fields)) {
      const slot = findField(view, at, Number(id))
      if (slot === undefined) continue
      const target = slot + view.getUint32(slot, true)
      if ('fields' in shape) {
        check(target, shape, depth + 1)
        continue
      }
      const count = view.getUint32(target, true)
      const size = typeof shape.each === 'number' ? shape.each : 4
      checkIntact(target + 4 + count * size <= bytes.length, 'a list in its header is longer than the header')
      if (typeof shape.each === 'number') continue
      for (let place = target + 4; place < target + 4 + count * 4; place += 4) {
        check(place + view.getUint32(place, true), shape.each, depth + 1)
      }
    }
  }
  check(root, shapeOf(view, root), 0)
}

/** Of a schema: numbers with their most significant byte first would be read as others. */
function checkByteOrder(view: DataView, table: number): void {
  const slot = findField(view, table, 0)
  if (slot === undefined || view.getInt16(slot, true) === 0) return
  throw invalidInput('its numbers are in the byte order of another kind of processor, which is not read')
}

/** Where a field of a table stands; undefined when the table does not have it. */
function findField(view: DataView, table: number, id: number): number | undefined {
  const places = table - view.getInt32(table, true)
  const slot = 4 + 2 * id
  if (slot + 2 > view.getUint16(places, true)) return undefined
  const offset = view.getUint16(places + slot, true)
  return offset === 0 ? undefined : table + offset
}
