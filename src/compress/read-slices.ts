import { readArrayFile } from '../onnx/npz.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { basename } from 'node:path'

/**
 * Names of the slice of each sample: an array of texts or whole numbers for each way to slice, by the array's name.
 *
 * @throws as `readArrayFile`; BAD_REQUEST for arrays that name nothing
 */
export async function readSlices(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const arrays = await readArrayFile(path)
  return new Map(
    [...arrays].map(([name, { dtype, dims, data }]) => {
      if (dims.length === 1 && !dtype.startsWith('float')) {
        return [name, Array.from<number | bigint | string, string>(data, String)] as const
      }
      throw new RunwrightError(
        'BAD_REQUEST',
        `${basename(path)}, ${name}: slices are a list of texts or whole numbers.`,
      )
    }),
  )
}
