import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type CsvOptions, openCsv } from './open-csv.ts'
import { inFolder, readSeries } from './scratch-files.ts'

const plain: CsvOptions = { experiment: 'digits', stepColumn: undefined, timeColumn: undefined }

async function readAll(path: string, options: Partial<CsvOptions> = {}) {
  await using source = await openCsv(path, { ...plain, ...options })
  const runs = await Array.fromAsync(source.runs())
  return Promise.all(runs.map(async (run) => [run.name, await readSeries(run)]))
}

describe('a table', () => {
  it('is a run with a metric a column of numbers, at the steps of its step column', () =>
    inFolder(
      { 'log.csv': '\uFEFFepoch,loss,"note, long"\r\n0,1.5,a\r\n1,,b\r\n2,nan,c\r\n3,-inf,d\r\n' },
      async (folder) => {
        const loss = [
          [0, 1.5, 0],
          [2, Number.NaN, 0],
          [3, -Infinity, 0],
        ]
        assert.deepEqual(await readAll(join(folder, 'log.csv')), [['log', { loss }]])
      },
    ))

  it('counts its lines where it has no step, and takes times in seconds and milliseconds', () =>
    inFolder({ 'a/log.tsv': 't\tacc\n1700000000.5\t1\n1700000001000\t2\n' }, async (folder) => {
      const acc = [
        [0, 1, 1_700_000_000_500],
        [1, 2, 1_700_000_001_000],
      ]
      assert.deepEqual(await readAll(folder, { timeColumn: 't' }), [['a/log', { acc }]])
    }))

  it('without a column that was named is refused, with the columns that there are', () =>
    inFolder({ 'log.csv': 'a,b\n1,2\n' }, async (folder) => {
      await assert.rejects(readAll(folder, { stepColumn: 'c' }), { message: /no column "c"; there are: a, b/ })
    }))

  it('is read in pieces', () => {
    const lines = Array.from({ length: 20_000 }, (_, step) => `${step},${step / 2}`)
    return inFolder({ 'log.csv': `step,x\n${lines.join('\n')}\n` }, async (folder) => {
      await using source = await openCsv(folder, plain)
      const [run] = await Array.fromAsync(source.runs())
      const lengths: number[] = []
      for await (const { steps } of run?.points() ?? []) lengths.push(steps.length)
      assert.deepEqual(lengths, [5000, 5000, 5000, 5000])
    })
  })

  it('is told of where there is none', () =>
    inFolder({ 'a.txt': '1' }, async (folder) => {
      await assert.rejects(readAll(folder), { code: 'RESOURCE_DOES_NOT_EXIST' })
      await assert.rejects(readAll(join(folder, 'none')), { code: 'RESOURCE_DOES_NOT_EXIST' })
    }))
})
