import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type KeptResult, openKeptResults } from './kept-results.ts'

describe('results of a search', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-results-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const measured: KeptResult = {
    sha256: 'abc',
    changes: 3,
    skipped: ['fc: it stays in float'],
    measurements: new Map([
      ['size', { value: 10 }],
      ['accuracy-drop', { value: 0.5, interval: [0.25, 0.75] }],
    ]),
  }

  it('outlive their process, also one that was killed while it wrote', async () => {
    const path = join(folder, 'a')
    const first = await openKeptResults(path, false)
    await first.keep('one', measured)
    await appendFile(join(path, 'results.jsonl'), '{"key":"cut","sha256":"a')
    const second = await openKeptResults(path, true)
    await second.keep('two', { reason: 'It cannot.' })
    const third = await openKeptResults(path, true)
    assert.deepEqual(third.find('one'), measured)
    assert.deepEqual(third.find('two'), { reason: 'It cannot.' })
    assert.equal(third.find('cut'), undefined)
    assert.equal((await openKeptResults(path, false)).find('one'), undefined)
  })

  it('hold nothing that was not written here, whatever the file has', async () => {
    const path = join(folder, 'b')
    await openKeptResults(path, false)
    const lines = [
      '[]',
      'null',
      '{"key":1,"reason":"r"}',
      '{"key":"k","sha256":"a","changes":1,"measurements":[{"measure":"toString","value":1},{"measure":"size","value":"2"},3]}',
    ]
    await appendFile(join(path, 'results.jsonl'), lines.join('\n'))
    const kept = await openKeptResults(path, true)
    assert.deepEqual(kept.find('k'), { sha256: 'a', changes: 1, measurements: new Map() })
  })

  it('leave out what is no finite number, which counts as not measured', async () => {
    const path = join(folder, 'c')
    const kept = await openKeptResults(path, false)
    await kept.keep('odd', { sha256: 'a', changes: 1, measurements: new Map([['max-error', { value: Infinity }]]) })
    assert.deepEqual((await openKeptResults(path, true)).find('odd'), {
      sha256: 'a',
      changes: 1,
      measurements: new Map(),
    })
  })
})
