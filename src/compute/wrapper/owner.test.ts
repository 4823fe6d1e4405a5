import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMark, parseOwner } from './owner.ts'

describe('a process in the claim', () => {
  it('is read as the wrapper writes it', () => {
    const mark = { pid: 12, birth: '3456', boot: 'a-b' }
    assert.deepEqual(parseMark('12 3456 a-b\n'), mark)
    assert.deepEqual(parseOwner('12 3456 a-b 1700 node7\n'), { ...mark, startedAt: 1700, host: 'node7' })
    assert.equal(parseOwner('12 Tue_Nov_24 - 1700 mac\n')?.birth, 'Tue_Nov_24')
  })

  it('is none while it is being written', () => {
    for (const text of ['', '12', '12 3456 a-b', ' 3456 a-b\n', 'x 3456 a-b\n'])
      assert.equal(parseMark(text), undefined)
    for (const text of ['12 3456 a-b\n', '12 3456 a-b 1700\n', '12 3456 a-b 17x host\n', '12 3456 a-b 1700 ho']) {
      assert.equal(parseOwner(text), undefined, text)
    }
  })
})
