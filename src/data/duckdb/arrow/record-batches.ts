import type { Data } from 'apache-arrow/data'
import type { DictionaryBatch, RecordBatch } from 'apache-arrow/ipc/metadata/message'
import type { Schema } from 'apache-arrow/schema'
import { Vector } from 'apache-arrow/vector'
import { VectorLoader } from 'apache-arrow/visitor/vectorloader'
import { checkIntact, invalidInput } from './invalid-input.ts'
import type { IpcFile, IpcMessage } from './ipc-file.ts'
import { unpackBody } from './unpack-body.ts'

/** Rows of all columns. */
export interface ReadBatch {
  readonly rowCount: number
  /** One for each field of the schema. */
  readonly columns: readonly Data[]
}

/** Of all dictionaries together, which stay in memory to the end. */
const maxDictionaryBytes = 512 << 20

/** The record batches of a file, one in memory at a time, beside the dictionaries. */
export async function* readRecordBatches(file: IpcFile): AsyncGenerator<ReadBatch> {
  const dictionaries = new Map<number, Vector>()
  for await (const { message, body } of file.messages()) {
    if (message.isDictionaryBatch()) {
      readDictionary(file.schema, dictionaries, message.header(), body)
    } else if (message.isRecordBatch()) {
      const header: RecordBatch = message.header()
      const columns = load(file.schema, dictionaries, header, body, file.schema.fields)
      for (const { length } of columns) checkIntact(length === header.length, 'columns have other lengths')
      yield { rowCount: header.length, columns }
    } else throw invalidInput('it has another schema in its middle')
  }
}

function readDictionary(
  schema: Schema,
  dictionaries: Map<number, Vector>,
  { id, isDelta, data }: DictionaryBatch,
  body: IpcMessage['body'],
): void {
  const type = schema.dictionaries.get(id)
  checkIntact(type !== undefined, 'it has a dictionary of no column')
  const values = load(schema, dictionaries, data, body, [type])
  const present = isDelta ? dictionaries.get(id) : undefined
  dictionaries.set(id, new Vector([...(present?.data ?? []), ...values]))
  const bytes = dictionaries.values().reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (bytes <= maxDictionaryBytes) return
  throw invalidInput(`its dictionaries take more than the ${maxDictionaryBytes >> 20} MiB that are kept in memory`)
}

function load(
  schema: Schema,
  dictionaries: Map<number, Vector>,
  header: RecordBatch,
  body: Uint8Array,
  types: Parameters<VectorLoader['visitMany']>[0],
): Data[] {
  const { bytes, regions } = unpackBody(header, body)
  const { nodes, variadicBufferCounts } = header
  const loader = new VectorLoader(bytes, nodes, regions, dictionaries, schema.metadataVersion, variadicBufferCounts)
  return loader.visitMany(types)
}
