import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseDelimited } from '../../base/parse-delimited.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SampleTable } from '../sample-table.ts'

/** It is read at once; what is larger is better kept as arrays. */
const maxBytes = 256 * 2 ** 20

/** A table of texts with a line of names above. */
export async function openCsv(path: string, delimiter: ',' | '\t'): Promise<SampleTable> {
  const name = basename(path)
  const { size } = await stat(path)
  if (size > maxBytes) {
    throw new RunwrightError('BAD_REQUEST', `${name} has more than ${maxBytes / 2 ** 20} MiB.`, {
      hint: 'Save it as arrays: numpy.savez(…).',
    })
  }
  const [columns = [], ...rows] = parseDelimited(await readFile(path, 'utf8'), delimiter)
  const ragged = rows.findIndex((row) => row.length !== columns.length)
  if (ragged >= 0) throw new RunwrightError('BAD_REQUEST', `${name}: row ${ragged + 1} has another number of cells.`)
  return {
    name,
    columns,
    count: rows.length,
    readRows: (start, count) => Promise.resolve(rows.slice(start, start + count)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
