import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { createPacedRefresh, type PacedRefresh } from './paced-refresh.ts'

describe('a paced refresh', () => {
  let drawn: string[]
  let open: Set<string>
  let refresh: PacedRefresh<string>

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] })
    drawn = []
    open = new Set()
    refresh = createPacedRefresh<string>(
      210,
      (items) => drawn.push(items.join(' ')),
      (item) => open.has(item),
    )
  })
  afterEach(() => mock.timers.reset())

  /** Lets promises that are settled be seen as such, then the time pass. */
  const pass = async (ms: number) => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    mock.timers.tick(ms)
  }

  it('draws at once, then no more often than its interval, each item once', () => {
    refresh.add(['a'])
    assert.deepEqual(drawn, ['a'])
    refresh.add(['b'])
    refresh.add(['b', 'c'])
    mock.timers.tick(209)
    assert.equal(drawn.length, 1)
    mock.timers.tick(1)
    assert.equal(drawn[1], 'b c')
    mock.timers.tick(1000)
    refresh.add(['d'])
    assert.deepEqual(drawn, ['a', 'b c', 'd'])
    refresh.add(['e'])
    refresh.dispose()
    mock.timers.tick(1000)
    assert.equal(drawn.length, 3)
  })

  it('draws nothing while children are being listed', async () => {
    const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    refresh.hold('row', one.promise)
    refresh.hold('other', other.promise)
    refresh.add(['a'])
    one.reject(new Error('not listed'))
    await pass(100)
    assert.deepEqual(drawn, [])
    other.resolve()
    await pass(29)
    assert.deepEqual(drawn, [])
    await pass(1)
    assert.deepEqual(drawn, ['a'])
  })

  it('draws on after two seconds, and the row whose children took longer once more', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    refresh.hold('row', promise)
    refresh.add(['a'])
    await pass(1999)
    assert.deepEqual(drawn, [])
    await pass(1)
    assert.deepEqual(drawn, ['a'])
    await pass(3000)
    resolve()
    await pass(30)
    assert.deepEqual(drawn, ['a', 'row'])
    refresh.add(['b'])
    await pass(210)
    assert.deepEqual(drawn, ['a', 'row', 'b'])
  })

  it('draws an open row once more when its children are not asked for, as often as that is lost, but not for ever', async () => {
    open.add('row')
    refresh.add(['row', 'closed'])
    await pass(999)
    assert.deepEqual(drawn, ['row closed'])
    await pass(1)
    assert.deepEqual(drawn, ['row closed', 'row'])
    refresh.hold('row', Promise.resolve())
    await pass(30)
    await pass(5000)
    assert.equal(drawn.length, 2)

    refresh.add(['row'])
    for (let second = 0; second < 20; second++) await pass(1000)
    assert.equal(drawn.length, 2 + 6)
    refresh.add(['row'])
    open.delete('row')
    await pass(5000)
    assert.equal(drawn.length, 2 + 6 + 1)
  })
})
