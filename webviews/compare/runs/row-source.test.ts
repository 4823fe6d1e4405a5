import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { TableColumn, TableRow } from '../../../src/protocol/run-table.ts'
import { createRowSource, type PageRequest, type RowSource } from './row-source.ts'

const column = (key: string): TableColumn & { kind: 'metric' } => ({ kind: 'metric', key, aggregate: 'last' })

/** An engine that answers when told to; each cell is its row's number. */
function createPretendEngine() {
  const asked: (PageRequest & { signal: AbortSignal; answer(): Promise<void>; fail(): Promise<void> })[] = []
  let prefix = 'r'
  const load = (request: PageRequest, signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof createAnswer>>()
    signal.addEventListener('abort', () => reject(new RunwrightError('CANCELLED', 'Given up.')))
    const settled = () => promise.then(nextTurn, nextTurn)
    asked.push({
      ...request,
      signal,
      answer: () => (resolve(createAnswer(request, prefix)), settled()),
      fail: () => (reject(new RunwrightError('INVALID_PARAMETER_VALUE', 'No.')), settled()),
    })
    return promise
  }
  return { asked, load, rename: (to: string) => void (prefix = to) }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

function createAnswer({ columns, offset, limit, areTotalsKnown }: PageRequest, prefix: string) {
  const rows = Array.from({ length: limit }, (_, index) => {
    // SAFETY: the source only needs ids that are told apart.
    return { runId: `${prefix}${offset + index}`, name: `${prefix}${offset + index}` } as TableRow
  })
  const numbers = Float64Array.from(rows, (_, index) => offset + index)
  const present = new Uint8Array(limit).fill(1)
  return {
    rows,
    columns: columns.map(() => ({ kind: 'numbers', numbers, present }) as const),
    ...(areTotalsKnown ? {} : { total: 1000, runCount: 2000 }),
  }
}

function open() {
  const engine = createPretendEngine()
  const told = { changes: 0, errors: 0 }
  const source: RowSource = createRowSource({
    load: engine.load,
    changed: () => void (told.changes += 1),
    failed: () => void (told.errors += 1),
  })
  return { ...engine, told, source }
}

describe('rows that are fetched as they are looked at', () => {
  it('asks for the pages around what is looked at, and for totals once', async () => {
    const { source, asked, told } = open()
    source.want({ from: 90, to: 120 }, [column('a')])
    assert.deepEqual(
      asked.map(({ offset, areTotalsKnown }) => [offset, areTotalsKnown]),
      [
        [0, false],
        [100, true],
      ],
    )
    assert.equal(source.cell(95, column('a')), 'loading')
    for (const request of asked) await request.answer()
    assert.deepEqual(source.totals, { total: 1000, runCount: 2000 })
    assert.deepEqual(source.cell(115, column('a')), { value: 115 })
    assert.equal(told.changes, 2)
    source.want({ from: 90, to: 120 }, [column('a')])
    assert.equal(asked.length, 2)
  })

  it('fetches what may be looked at next when all in sight is there, and says nothing of it', async () => {
    const { source, asked, told } = open()
    source.want({ from: 60, to: 90 }, [column('a')])
    assert.equal(asked.length, 1)
    await asked[0]?.answer()
    assert.deepEqual(
      asked.map(({ offset }) => offset),
      [0, 100],
    )
    await asked[1]?.answer()
    assert.equal(told.changes, 1)
    source.want({ from: 90, to: 120 }, [column('a')])
    assert.deepEqual(source.cell(115, column('a')), { value: 115 })
    assert.equal(asked.length, 2)
  })

  it('is complete when the last page in sight has come', async () => {
    const { source, asked } = open()
    source.want({ from: 90, to: 120 }, [column('a')])
    await asked[0]?.answer()
    assert.equal(source.isComplete, false)
    await asked[1]?.answer()
    assert.equal(source.isComplete, true)
  })

  it('fetches after a refresh what is in sight only', async () => {
    const { source, asked } = open()
    source.want({ from: 60, to: 90 }, [column('a')])
    await asked[0]?.answer()
    await asked[1]?.answer()
    source.refresh(false)
    await asked[2]?.answer()
    assert.deepEqual(
      asked.map(({ offset }) => offset),
      [0, 100, 0],
    )
    source.want({ from: 90, to: 120 }, [column('a')])
    assert.equal(asked.at(-1)?.offset, 100)
  })

  it('asks only for columns that are missing', async () => {
    const { source, asked } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    await asked[0]?.answer()
    source.want({ from: 0, to: 10 }, [column('a'), column('b')])
    assert.deepEqual(asked[1]?.columns, [column('b')])
    await asked[1]?.answer()
    assert.deepEqual(source.cell(3, column('a')), { value: 3 })
  })

  it('gives up pages that are not looked at any more', async () => {
    const { source, asked, told } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    source.want({ from: 500, to: 510 }, [column('a')])
    assert.equal(asked[0]?.signal.aborted, true)
    await asked[1]?.answer()
    assert.equal(told.errors, 0)
    assert.equal(source.row(505)?.name, 'r505')
  })

  it('shows what it has until a refresh arrives, then nothing of the old rows', async () => {
    const { source, asked, rename } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    await asked[0]?.answer()
    rename('new')
    source.refresh(true)
    assert.equal(source.row(1)?.name, 'r1')
    await asked[1]?.answer()
    assert.equal(source.row(1)?.name, 'new1')
  })

  it('fetches a page anew that was under way when things changed', async () => {
    const { source, asked } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    source.refresh(false)
    assert.equal(asked.length, 1)
    await asked[0]?.answer()
    assert.equal(asked.length, 2)
  })

  it('drops columns whose rows have moved', async () => {
    const { source, asked, rename } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    await asked[0]?.answer()
    rename('other')
    source.want({ from: 0, to: 10 }, [column('b')])
    await asked[1]?.answer()
    assert.equal(source.cell(0, column('a')), 'loading')
  })

  it('says once what went wrong, and tries again when refreshed', async () => {
    const { source, asked, told } = open()
    source.want({ from: 0, to: 10 }, [column('a')])
    await asked[0]?.fail()
    source.want({ from: 0, to: 10 }, [column('a')])
    assert.deepEqual([told.errors, asked.length], [1, 1])
    source.refresh(false)
    assert.equal(asked.length, 2)
  })

  it('knows the best loaded value by the goal of its key', async () => {
    const { source, asked } = open()
    source.want({ from: 0, to: 10 }, [column('accuracy'), column('val_loss')])
    await asked[0]?.answer()
    assert.deepEqual(
      [source.best(column('accuracy')), source.best(column('val_loss'))],
      [
        { value: 99, count: 100 },
        { value: 0, count: 100 },
      ],
    )
  })

  it('keeps what the engine leaves out because it has not changed', async () => {
    const asked: PageRequest[] = []
    const answers = [
      { isSameRows: false, changed: [0, 1], digests: { rows: 'r', columns: ['a1', 'b1'] } },
      { isSameRows: true, changed: [1], digests: { rows: 'r', columns: ['a1', 'b2'] } },
    ]
    const load = (request: PageRequest) => {
      asked.push(request)
      const delta = answers[asked.length - 1] ?? assert.fail()
      const { rows, total, runCount } = createAnswer({ ...request, areTotalsKnown: false }, 'r')
      const numbers = Float64Array.from(rows, () => asked.length)
      const columns = delta.changed.map(
        () => ({ kind: 'numbers', numbers, present: new Uint8Array(rows.length).fill(1) }) as const,
      )
      return Promise.resolve({
        rows: delta.isSameRows ? [] : rows,
        columns,
        total: total ?? 0,
        runCount: runCount ?? 0,
        delta,
      })
    }
    const source = createRowSource({ load, changed: () => {}, failed: assert.fail })
    source.want({ from: 0, to: 10 }, [column('a'), column('b')])
    await nextTurn()
    source.refresh(false)
    await nextTurn()
    assert.deepEqual(
      asked.map(({ known }) => known),
      [
        { rows: '', columns: ['', ''] },
        { rows: 'r', columns: ['a1', 'b1'] },
      ],
    )
    assert.equal(source.row(3)?.name, 'r3')
    assert.deepEqual([source.cell(3, column('a')), source.cell(3, column('b'))], [{ value: 1 }, { value: 2 }])
  })
})
