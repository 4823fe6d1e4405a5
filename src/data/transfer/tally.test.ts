import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseMd5 } from '../hash.ts'
import { dataKey } from '../object-key.ts'
import { quietWork } from '../test-repository.ts'
import type { TransferObject } from './items.ts'
import { createTally } from './tally.ts'

const hash = parseMd5('0'.repeat(32)) ?? assert.fail()
const objects = Array.from({ length: 1500 }, (_, index): TransferObject => {
  return { key: dataKey(hash), path: `data/${index}`, sha256: undefined }
})

describe('the tally of a transfer', () => {
  it('counts what cannot be moved, names the first thousand, and goes on', async () => {
    const tally = createTally('upload', quietWork())
    const told: string[] = []
    const fail = () => Promise.reject(new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'It is not there.'))
    await tally.move(objects, 4, fail, ({ path }) => void told.push(path))
    const { movedCount, failedCount, failures } = tally.result()
    assert.deepEqual([movedCount, failedCount, failures.length, told.length], [0, 1500, 1000, 1500])
    assert.equal(failures[0]?.path, 'data/0')
  })

  it('stops at what concerns all objects', async () => {
    const tally = createTally('upload', quietWork())
    const fail = () => Promise.reject(new RunwrightError('PERMISSION_DENIED', 'Nothing may be written.'))
    await assert.rejects(tally.move(objects, 4, fail), { code: 'PERMISSION_DENIED' })
  })
})
