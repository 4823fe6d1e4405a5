import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { ValueSignature } from '../onnx/session.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { openArrays } from './data/array-data.ts'
import { openCsv } from './data/csv-data.ts'
import { openImages } from './data/image-data.ts'
import type { SampleData } from './sample-data.ts'
import { type SampleTable, toSampleData } from './sample-table.ts'

/** What reads files that this folder cannot, since what reads them lies above it. */
export interface SampleReaders {
  readonly openParquet?: (path: string) => Promise<SampleTable>
}

/**
 * Opens samples for a model: an `.npz` file with an array for each input, and `labels` when there are any; or a CSV,
 * TSV or Parquet file, whose columns are the inputs by their names, or are those of the only input in their order; or a
 * folder of images, or of folders of images, which are classes.
 *
 * @param inputs of the model, whose types numbers take
 * @throws RESOURCE_DOES_NOT_EXIST; BAD_REQUEST when it has not what the model takes; NOT_IMPLEMENTED for what needs a
 *   reader that is not given
 */
export async function openSampleData(
  path: string,
  inputs: readonly ValueSignature[],
  { openParquet }: SampleReaders = {},
): Promise<SampleData> {
  const name = basename(path)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no data at ${path}.`)
  if (found.isDirectory()) return openImages(path, inputs)
  const extension = extname(path).toLowerCase()
  if (extension === '.npz' || extension === '.npy') return openArrays(path, inputs)
  if (extension === '.csv') return openTable(await openCsv(path, ','), inputs)
  if (extension === '.tsv') return openTable(await openCsv(path, '\t'), inputs)
  if (extension === '.parquet' && openParquet !== undefined) return openTable(await openParquet(path), inputs)
  throw new RunwrightError('NOT_IMPLEMENTED', `${name} is no data that can be read here.`, {
    hint: 'It takes .npz, .npy, .csv, .tsv, .parquet and folders of .png and .jpg.',
  })
}

/** A table that is not what the model takes is closed again. */
async function openTable(table: SampleTable, inputs: readonly ValueSignature[]): Promise<SampleData> {
  try {
    return toSampleData(table, inputs)
  } catch (error) {
    await table[Symbol.asyncDispose]()
    throw error
  }
}
