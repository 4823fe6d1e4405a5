import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Client } from '../protocol/client.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import type { Methods } from '../protocol/methods.ts'
import { type ColumnValues, missingText, type TableColumn } from '../protocol/run-table.ts'
import { type ExportFormat, exportView, findFormat } from './export-view.ts'
import { createView } from './new-view.ts'

const names = ['plain', 'with "quotes", commas\nand lines', '| pipe *star*']

/** An engine with so many runs, whose answers are those of the methods. */
function createEngine(count: number, calls: Methods['table/rows']['params'][] = []): Pick<Client, 'call'> {
  const runId = (index: number): RunId => {
    const id = parseRunId(String(index).padStart(32, '0'))
    assert.ok(id)
    return id
  }
  const column = ({ kind, ...rest }: TableColumn, from: number, length: number): ColumnValues => {
    const rows = Array.from({ length }, (_, row) => from + row)
    if (kind === 'metric') {
      const numbers = Float64Array.from(rows, (row) => (row === 2 ? Number.NaN : row / 7))
      return { kind: 'numbers', numbers, present: Uint8Array.from(rows, (row) => Number(row !== 1)) }
    }
    if ('key' in rest && rest.key === 'start_time') {
      return {
        kind: 'numbers',
        numbers: Float64Array.from(rows, (row) => row * 1000),
        present: new Uint8Array(length).fill(1),
      }
    }
    if ('key' in rest && rest.key === 'run_id') {
      return { kind: 'texts', texts: rows.map(runId), indices: Uint32Array.from(rows, (_, place) => place) }
    }
    return {
      kind: 'texts',
      texts: names,
      indices: Uint32Array.from(rows, (row) => (row === 3 ? missingText : row % 3)),
    }
  }
  const call = async (method: string, params: object): Promise<unknown> => {
    if (method === 'experiments/list') return { experiments: [{ name: 'digits', experimentId: '1' }] }
    // SAFETY: what is exported asks for nothing else here.
    const asked = params as Methods['table/rows']['params']
    calls.push(asked)
    const from = asked.offset ?? 0
    const length = Math.max(0, Math.min(count - from, asked.limit ?? 100))
    return {
      rows: Array.from({ length }, (_, row) => ({ runId: runId(from + row), name: 'r', status: 'FINISHED' })),
      columns: asked.columns.map((shown) => column(shown, from, length)),
      total: count,
      runCount: count,
    }
  }
  // SAFETY: it answers the methods that are called as they are typed.
  return { call: call as Client['call'] }
}

const view = {
  ...createView('Best | runs', ['digits'], 'runs'),
  columns: (
    [
      { kind: 'metric', key: 'loss', aggregate: 'last' },
      { kind: 'attribute', key: 'start_time' },
      { kind: 'param', key: 'lr' },
    ] as const
  ).map((column) => ({ column, width: 100, pinned: false })),
}

const page = { webviewFolder: '', language: 'en' as const }

async function write(t: TestContext, format: ExportFormat, count: number, change: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-export-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, `runs.${format}`)
  const signal = new AbortController().signal
  const written = await exportView(path, { client: createEngine(count), view, format, signal, ...page, ...change })
  return { path, folder, written }
}

describe('the export of a view', () => {
  it('holds every row as CSV, whatever its values hold', async (t) => {
    const { path, folder, written } = await write(t, 'csv', 4)
    const lines = [
      'run_id,run_name,status,metrics.loss,start_time,params.lr',
      '00000000000000000000000000000000,plain,plain,0,1970-01-01T00:00:00.000Z,plain',
      '00000000000000000000000000000001,"with ""quotes"", commas\nand lines","with ""quotes"", commas\nand lines",,1970-01-01T00:00:01.000Z,"with ""quotes"", commas\nand lines"',
      '00000000000000000000000000000002,| pipe *star*,| pipe *star*,NaN,1970-01-01T00:00:02.000Z,| pipe *star*',
      `00000000000000000000000000000003,,,${3 / 7},1970-01-01T00:00:03.000Z,`,
    ]
    assert.equal(await readFile(path, 'utf8'), `${lines.join('\n')}\n`)
    assert.deepEqual(written, { columnCount: 6, rowCount: 4, sizeBytes: (await readFile(path)).length })
    assert.deepEqual(await readdir(folder), ['runs.csv'])
  })

  it('is a table in Markdown that nothing in it breaks', async (t) => {
    const { path } = await write(t, 'md', 3)
    const lines = (await readFile(path, 'utf8')).split('\n')
    assert.equal(lines[0], '# Best \\| runs')
    assert.equal(lines[3], '| --- | --- | --- | ---: | --- | --- |')
    assert.match(lines[5] ?? '', /^\| 0+1 \| with "quotes", commas and lines \|/)
    assert.match(lines[6] ?? '', /\| \\\| pipe \\\*star\\\* \| NaN \|/)
    assert.equal(lines.length, 8)
  })

  it('asks for the runs of the view, page by page, and tells how far it is', async (t) => {
    const calls: Methods['table/rows']['params'][] = []
    const told: number[] = []
    const hidden = [parseRunId('ab')].filter((id) => id !== undefined)
    const { path, written } = await write(t, 'csv', 2500, {
      client: createEngine(2500, calls),
      view: { ...view, filter: 'loss < 1', hidden },
      onProgress: (count: number) => told.push(count),
    })
    assert.equal(written.rowCount, 2500)
    assert.deepEqual(told, [1000, 2000, 2500])
    assert.ok(calls.every(({ filter }) => filter === "loss < 1 AND run_id NOT IN ('ab')"))
    assert.equal((await readFile(path, 'utf8')).match(/^0+\d*,/gm)?.length, 2500)
  })

  it('leaves what was there before when it is given up', async (t) => {
    const { path, folder } = await write(t, 'csv', 1)
    await writeFile(path, 'before')
    const giveUp = new AbortController()
    const ended = exportView(path, {
      client: createEngine(5000),
      view,
      format: 'csv',
      signal: giveUp.signal,
      onProgress: () => giveUp.abort(),
      ...page,
    })
    await assert.rejects(ended, { name: 'AbortError' })
    assert.equal(await readFile(path, 'utf8'), 'before')
    assert.deepEqual(await readdir(folder), ['runs.csv'])
  })

  it('says which experiment is missing', async (t) => {
    const missing = write(t, 'csv', 1, { view: { ...view, experiments: ['gone'] } })
    await assert.rejects(missing, { code: 'RESOURCE_DOES_NOT_EXIST', message: /"gone"/ })
  })

  it('is in the format of its file’s ending', () => {
    assert.deepEqual(['a.csv', 'b.MD', 'c.parquet', 'd.txt'].map(findFormat), ['csv', 'md', 'parquet', undefined])
  })

  it('frames a Parquet file as readers look for it', async (t) => {
    const { path } = await write(t, 'parquet', 12_345)
    const bytes = await readFile(path)
    assert.equal(bytes.toString('latin1', 0, 4), 'PAR1')
    assert.equal(bytes.toString('latin1', bytes.length - 4), 'PAR1')
    assert.ok(bytes.readUInt32LE(bytes.length - 8) < 2000)
  })
})
