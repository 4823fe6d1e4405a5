import assert from 'node:assert/strict'
import os from 'node:os'
import { after, before, describe, it } from 'node:test'
import { type Duckdb, openDuckdb } from '../data/duckdb-process.ts'
import { testDuckdb } from './test-context.ts'
import { checkTimeColumn, isWithin, momentOf, timeUnit } from './time-column.ts'

describe('a column of times', { timeout: 300_000 }, () => {
  let db: Duckdb
  before(async () => {
    const settings = { allowedPaths: [], memoryBytes: 2 ** 27, threads: 1, temporaryFolder: os.tmpdir() }
    db = await openDuckdb(testDuckdb, settings, new AbortController().signal)
  })
  after(() => db[Symbol.asyncDispose]())

  const times = [
    [`TIMESTAMP '-infinity'`, 'TIMESTAMP'],
    [`TIMESTAMP '0001-01-01'`, 'TIMESTAMP'],
    [`DATE '2024-02-29'`, 'DATE'],
    [`TIMESTAMP_NS '2024-02-29 00:00:00.000000001'`, 'TIMESTAMP_NS'],
    [`TIMESTAMPTZ '2024-02-29 03:00:00.000001+03'`, 'TIMESTAMP WITH TIME ZONE'],
    [`'2024-02-28T23:00:01-01:00'`, 'VARCHAR'],
    [`TIMESTAMP_S '2024-02-29 00:00:02'`, 'TIMESTAMP_S'],
    [`TIMESTAMP '9999-12-31'`, 'TIMESTAMP'],
    [`TIMESTAMPTZ 'infinity'`, 'TIMESTAMP WITH TIME ZONE'],
  ] as const

  it('is ordered by moments, whatever its type, its zone and its year', async () => {
    const moments = times.map(([time, type]) => momentOf(time, type, 'ns'))
    for (const [index, moment] of moments.entries()) {
      const { rows } = await db.run(`SELECT ${moments.map((other) => `${moment} >= ${other}`).join(', ')}`)
      assert.deepEqual(rows, [moments.map((_, other) => other <= index)], times[index]?.[0])
    }
    const coarse = times.filter(([, type]) => type !== 'TIMESTAMP_NS').map(([time, type]) => momentOf(time, type, 'us'))
    const { rows } = await db.run(
      `SELECT ${coarse
        .slice(1)
        .map((moment, index) => `${moment} > ${coarse[index]}`)
        .join(', ')}`,
    )
    assert.deepEqual(rows, [coarse.slice(1).map(() => true)])
    assert.deepEqual((await db.run(`SELECT ${momentOf('NULL::DATE', 'DATE', 'ns')} IS NULL`)).rows, [[true]])
  })

  it('is within a time up to its very end, and never across an infinite one', async () => {
    for (const unit of ['us', 'ns'] as const) {
      const moment = (text: string) => momentOf(`TIMESTAMP '${text}'`, 'TIMESTAMP', unit)
      const within = async (later: string, earlier: string) =>
        (await db.run(`SELECT ${isWithin(moment(later), moment(earlier), 60, unit)}`)).rows[0]?.[0]
      assert.equal(await within('2024-01-01 00:01:00', '2024-01-01 00:00:00'), true, unit)
      assert.equal(await within('2024-01-01 00:01:00.000001', '2024-01-01 00:00:00'), false, unit)
      assert.equal(await within('9999-12-31', '0001-01-01'), false, unit)
      assert.equal(await within('infinity', '2024-01-01'), false, unit)
      assert.equal(await within('2024-01-01', '-infinity'), false, unit)
      assert.equal(await within('-infinity', '-infinity'), false, unit)
    }
  })

  it('says how others become times', () => {
    assert.equal(timeUnit('TIME'), undefined)
    assert.throws(() => checkTimeColumn({ name: 'at', type: 'BIGINT' }, 'It'), { hint: /epoch_ms\("at"\)/ })
    assert.throws(() => checkTimeColumn({ name: 'at', type: 'VARCHAR' }, 'It'), { hint: /CAST\("at" AS TIMESTAMPTZ\)/ })
  })
})
