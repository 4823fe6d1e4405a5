/** Feast's `ValueType.Enum` (protos/feast/types/Value.proto). */
export const valueTypes = {
  BYTES: 1,
  STRING: 2,
  INT32: 3,
  INT64: 4,
  DOUBLE: 5,
  FLOAT: 6,
  BOOL: 7,
  UNIX_TIMESTAMP: 8,
} as const

/** The type of a list follows that of its items by so much. */
const listOffset = 10

const scalars: readonly (readonly [RegExp, number])[] = [
  [/^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT)$/, valueTypes.INT32],
  [/^(BIGINT|UINTEGER|UBIGINT)$/, valueTypes.INT64],
  // As such DuckDB writes integers of 128 bits to Parquet.
  [/^(U?HUGEINT|DOUBLE|DECIMAL\(.*)$/, valueTypes.DOUBLE],
  [/^FLOAT$/, valueTypes.FLOAT],
  [/^(VARCHAR|ENUM\(.*)$/, valueTypes.STRING],
  [/^BOOLEAN$/, valueTypes.BOOL],
  [/^(TIMESTAMP.*|DATE)$/, valueTypes.UNIX_TIMESTAMP],
  [/^BLOB$/, valueTypes.BYTES],
]

/** @returns undefined for a type that Feast has no word for */
export function toValueType(type: string): number | undefined {
  const item = /^(.*)\[\d*\]$/.exec(type)?.[1]
  const found = scalars.find(([pattern]) => pattern.test(item ?? type))?.[1]
  return found === undefined || item === undefined ? found : found + listOffset
}
