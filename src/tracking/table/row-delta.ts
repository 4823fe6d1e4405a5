import { createHash } from 'node:crypto'
import type { Methods } from '../../protocol/methods.ts'
import type { ColumnValues, TableRow } from '../../protocol/run-table.ts'

type Answer = Methods['table/rows']['result']
type Known = NonNullable<Methods['table/rows']['params']['known']>

/** Leaves out of an answer what the asker has, by the digests of what it was told. */
export function leaveOutKnown(answer: Answer, known: Known): Answer {
  const rows = digestRows(answer.rows)
  const columns = answer.columns.map(digestColumn)
  const changed = [...columns.keys()].filter((place) => columns[place] !== known.columns[place])
  const isSameRows = rows === known.rows
  return {
    ...answer,
    rows: isSameRows ? [] : answer.rows,
    columns: changed.flatMap((place) => answer.columns[place] ?? []),
    delta: { isSameRows, changed, digests: { rows, columns } },
  }
}

function digestRows(rows: readonly TableRow[]): string {
  return digest([Buffer.from(JSON.stringify(rows))])
}

function digestColumn(values: ColumnValues): string {
  if (values.kind === 'numbers') return digest([toBytes(values.numbers), values.present])
  return digest([Buffer.from(JSON.stringify(values.texts)), toBytes(values.indices)])
}

function toBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Long enough that two contents of one column never meet. */
function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url').slice(0, 16)
}
