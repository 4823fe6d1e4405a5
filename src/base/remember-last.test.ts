import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rememberLast } from './remember-last.ts'

it('calls in a row with the same words are one, and what failed or was asked before is asked again', async () => {
  const asked: string[] = []
  let fails = true
  const read = rememberLast(async (first: string, second: string | undefined) => {
    asked.push(`${first} ${second}`)
    if (first === 'c' && fails) throw new Error('not now')
    return asked.length
  })
  assert.deepEqual(await Promise.all([read('a', 'b'), read('a', 'b')]), [1, 1])
  assert.equal(await read('a', undefined), 2)
  assert.equal(await read('a', 'b'), 3)
  await assert.rejects(read('c', 'd'), /not now/)
  fails = false
  assert.equal(await read('c', 'd'), 5)
  assert.equal(await read('c', 'd'), 5)
})
