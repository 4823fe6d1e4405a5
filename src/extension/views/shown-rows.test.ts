import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { createShownRows, roots, type ShownRows } from './shown-rows.ts'

interface Row {
  readonly id: string
  readonly state?: string
}

describe('the rows that VS Code shows', () => {
  /** What there is to list, by the id of the row above. */
  let world: Record<string, readonly Row[]>
  let listed: string[]
  let differing: string[][]
  let age: string
  /** What a listing waits for, by the id of the row above. */
  let gates: Map<string, Promise<void>>
  let rows: ShownRows<Row>

  beforeEach(() => {
    world = { [roots]: [{ id: 'a', state: 'clean' }, { id: 'b' }], a: [{ id: 'a1' }, { id: 'a2' }], a1: [{ id: 'x' }] }
    listed = []
    differing = []
    age = 'new'
    gates = new Map()
    rows = createShownRows<Row>({
      async listBelow(parent) {
        const id = parent?.id ?? roots
        const found = world[id] ?? []
        listed.push(id)
        await gates.get(id)
        return structuredClone(found)
      },
      look: ({ id, state }) => `${id} ${state} ${id === 'a2' ? age : ''}`,
      differ: (ids) => void differing.push([...ids]),
    })
  })

  const unfold = async (...ids: readonly string[]) => {
    await rows.list(undefined)
    for (const id of ids) await rows.list(rows.find(id))
    listed = []
  }
  const close = (id: string) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    gates.set(id, promise)
    return resolve
  }

  it('are listed by nobody before VS Code asks, nor drawn where nothing differs', async () => {
    await rows.relist()
    assert.deepEqual(listed, [])
    await unfold('a')
    await rows.relist()
    assert.deepEqual(listed, [roots, 'a'])
    assert.deepEqual(differing, [])
  })

  it('stay the same objects where they look otherwise, and are drawn alone', async () => {
    await unfold('a', 'a1')
    const before = rows.find('a')
    world[roots] = [{ id: 'a', state: 'changed' }, { id: 'b' }]
    await rows.relist()
    assert.deepEqual(differing, [['a']])
    assert.equal(rows.find('a'), before)
    assert.equal(before?.state, 'changed')
    world[roots] = [{ id: 'a' }, { id: 'b' }]
    await rows.relist()
    assert.equal(before?.state, undefined)
    await rows.relist()
    assert.deepEqual(differing, [['a'], ['a']])
  })

  it('are drawn when time alone makes them look otherwise', async () => {
    await unfold('a')
    age = 'old'
    await rows.relist()
    await rows.relist()
    assert.deepEqual(differing, [['a2']])
  })

  it('are there at once when VS Code asks for what was drawn', async () => {
    await unfold('a', 'a1')
    const kept = rows.find('a2')
    world['a'] = [{ id: 'a2' }, { id: 'a3' }]
    await rows.relist()
    assert.deepEqual(differing, [['a']])
    listed = []
    const answer = await rows.list(rows.find('a'))
    assert.deepEqual(answer, [{ id: 'a2' }, { id: 'a3' }])
    assert.equal(answer[0], kept)
    assert.deepEqual(listed, [])
    assert.equal(rows.isUnfolded('a1'), false)
    world[roots] = [{ id: 'a', state: 'clean' }]
    await rows.relist()
    assert.deepEqual(differing[1], [roots])
    assert.equal((await rows.list(undefined)).length, 1)
  })

  it('are not listed below a row that is folded, which asks again when it is unfolded', async () => {
    await unfold('a', 'a1')
    rows.fold('a')
    world['a'] = [{ id: 'a9' }]
    await rows.relist()
    assert.deepEqual(listed, [roots])
    assert.deepEqual(differing, [['a']])
    await rows.relist()
    assert.equal(differing.length, 1)
    rows.unfold('a')
    assert.deepEqual(await rows.list(rows.find('a')), [{ id: 'a9' }])
    await rows.relist()
    assert.deepEqual(listed, [roots, roots, 'a', roots, 'a'])
  })

  it('are as VS Code remembers them when a row is folded and unfolded', async () => {
    await unfold('a')
    rows.fold('a')
    rows.unfold('a')
    world['a'] = [{ id: 'a1' }]
    await rows.relist()
    assert.deepEqual(differing, [['a']])
  })

  it('are the same objects in two answers to the same question', async () => {
    await unfold()
    const a = rows.find('a')
    const [one, other] = await Promise.all([rows.list(a), rows.list(a)])
    assert.equal(listed.length, 2)
    assert.equal(one[0], other[0])
    assert.equal(one[0], rows.find('a1'))
  })

  it('are right in the end when rows are unfolded while others are listed', async () => {
    await unfold()
    const open = close(roots)
    const relisted = rows.relist()
    await rows.list(rows.find('a'))
    world['a'] = [{ id: 'a1' }]
    open()
    await relisted
    // Once more, because of what was unfolded in the meantime.
    await rows.relist()
    assert.ok(rows.isUnfolded('a'))
    assert.deepEqual(differing, [['a']])
    assert.deepEqual(await rows.list(rows.find('a')), [{ id: 'a1' }])
  })

  it('are right in the end when a listing takes longer than that of the others', async () => {
    await unfold()
    const open = close('a')
    const listing = rows.list(rows.find('a'))
    world['a'] = []
    await rows.relist()
    gates.clear()
    open()
    assert.equal((await listing).length, 2)
    await rows.relist()
    assert.deepEqual(differing, [['a']])
    assert.deepEqual(await rows.list(rows.find('a')), [])
  })
})
