import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { pieceBytes, windowBytes } from './agent-text.ts'
import { createIntake, createOutflow } from './flow.ts'

describe('what goes to the other side', () => {
  it('goes in pieces, waits when a window of it is unread, and goes on as it is taken', async () => {
    const sizes: number[] = []
    const outflow = createOutflow((text) => sizes.push(Buffer.from(text, 'base64').length))
    const bytes = Buffer.alloc(windowBytes + pieceBytes + 1, 'x')
    let isDone = false
    const written = outflow.write(bytes).then(() => (isDone = true))
    await turn()
    assert.equal(
      sizes.reduce((a, b) => a + b),
      windowBytes,
    )
    assert(sizes.every((size) => size === pieceBytes))
    outflow.free(pieceBytes)
    await turn()
    assert.equal(isDone, false)
    outflow.free(1)
    await written
    assert.equal(
      sizes.reduce((a, b) => a + b),
      bytes.length,
    )
  })

  it('ends with the reason when nobody takes it any more', async () => {
    const outflow = createOutflow(() => undefined)
    const written = outflow.write(Buffer.alloc(windowBytes + 1))
    outflow.close(new Error('gone'))
    await assert.rejects(written, { message: 'gone' })
    await assert.rejects(outflow.write(Buffer.from('more')), { message: 'gone' })
  })
})

it('what was taken is said before the other side has to wait for it, and not for each piece', () => {
  const said: number[] = []
  const took = createIntake((size) => said.push(size))
  for (let count = 0; count < windowBytes / 1024; count++) took(1024)
  const sum = said.reduce((a, b) => a + b)
  assert(sum > windowBytes / 2, `${sum}`)
  assert(said.length <= 4)
})
