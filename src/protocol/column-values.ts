import { type ColumnValues, missingText, type TableColumn } from './run-table.ts'

/** Values as a table carries them. */
export function toColumnValues(column: TableColumn, values: readonly (string | number | undefined)[]): ColumnValues {
  if (isNumeric(column)) {
    return {
      kind: 'numbers',
      numbers: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
      present: Uint8Array.from(values, (value) => (value === undefined ? 0 : 1)),
    }
  }
  const places = new Map<string, number>()
  const indices = Uint32Array.from(values, (value) => {
    if (value === undefined) return missingText
    const text = String(value)
    const place = places.get(text) ?? places.size
    places.set(text, place)
    return place
  })
  return { kind: 'texts', texts: [...places.keys()], indices }
}

export function isNumeric(column: TableColumn): boolean {
  return column.kind === 'metric' || (column.kind === 'attribute' && /_time$|^duration$/.test(column.key))
}
