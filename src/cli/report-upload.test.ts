import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createReportUpload } from './report-upload.ts'

describe('reports that are uploaded while a search goes on', () => {
  it('are the newest each time, one after the other, and the last one always', async () => {
    const begun: string[] = []
    const first = Promise.withResolvers<void>()
    const upload = createReportUpload(async (bytes) => {
      begun.push(new TextDecoder().decode(bytes))
      if (begun.length === 1) await first.promise
    })
    for (const text of ['one', 'two', 'three']) upload.show(text)
    assert.deepEqual(begun, ['one'])
    first.resolve()
    await upload.settle()
    assert.deepEqual(begun, ['one', 'three'])
    upload.show('four')
    await upload.settle()
    assert.equal(begun.at(-1), 'four')
  })

  it('go on when one could not be uploaded', async () => {
    let calls = 0
    const upload = createReportUpload(() => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve()))
    upload.show('one')
    upload.show('two')
    await upload.settle()
    assert.equal(calls, 2)
  })
})
