import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openObjectStates } from './object-states.ts'

const md5 = (index: number) => hash('md5', `${index}`)
const stat = (index: number) => ({ size: index, mtimeMs: 1.7e12 + index, ino: index + 7 })

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'runwright-states-'))
  return { file: join(folder, 'objects'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

describe('what is known of objects', () => {
  it('holds as long as they look the same', () => {
    using opened = openFolder()
    {
      using states = openObjectStates(opened.file)
      for (let index = 0; index < 10_000; index++) states.record(md5(index), stat(index))
      states.record(md5(5), stat(6))
    }
    using states = openObjectStates(opened.file)
    for (const index of [0, 1, 4, 6, 9_999]) assert.equal(states.isKnown(md5(index), stat(index)), true, `${index}`)
    assert.equal(states.isKnown(md5(5), stat(5)), false)
    assert.equal(states.isKnown(md5(5), stat(6)), true)
    assert.equal(states.isKnown(md5(10_000), stat(10_000)), false)
    assert.equal(states.isKnown(md5(1), { ...stat(1), mtimeMs: 0 }), false)
  })

  it('is read from the file where there is much of it', () => {
    using opened = openFolder()
    const count = 100_000
    for (let round = 0; round < 3; round++) {
      using states = openObjectStates(opened.file)
      for (let index = 0; index < count; index++) states.record(md5(index), stat(index + round))
    }
    const before = statSync(opened.file).size
    for (let turn = 0; turn < 2; turn++) {
      using states = openObjectStates(opened.file)
      for (let index = 0; index < count; index += 997) {
        assert.equal(states.isKnown(md5(index), stat(index + 2)), true, `${index}`)
        assert.equal(states.isKnown(md5(index), stat(index)), false)
      }
      assert.equal(states.isKnown(md5(count), stat(count)), false)
    }
    assert.equal(statSync(opened.file).size, before / 3, 'only the last of each stays')
  })

  it('holds no more once one was seen to be damaged', () => {
    using opened = openFolder()
    {
      using states = openObjectStates(opened.file)
      states.record(md5(1), stat(1))
      states.distrust(md5(1))
      using others = openObjectStates(opened.file)
      assert.equal(others.isKnown(md5(1), stat(1)), false)
    }
    using states = openObjectStates(opened.file)
    assert.equal(states.isKnown(md5(1), stat(1)), false)
  })

  it('is nothing where a write was cut off', () => {
    using opened = openFolder()
    {
      using states = openObjectStates(opened.file)
      states.record(md5(1), stat(1))
    }
    appendFileSync(opened.file, 'half a record')
    {
      using states = openObjectStates(opened.file)
      assert.equal(states.isKnown(md5(1), stat(1)), true)
      states.record(md5(2), stat(2))
    }
    using states = openObjectStates(opened.file)
    assert.equal(states.isKnown(md5(2), stat(2)), true)
  })

  it('does not grow for ever by the same objects', () => {
    using opened = openFolder()
    for (let round = 0; round < 8; round++) {
      using states = openObjectStates(opened.file)
      states.isKnown(md5(0), stat(0))
      for (let index = 0; index < 3000; index++) states.record(md5(index), stat(index + round))
    }
    {
      using states = openObjectStates(opened.file)
      assert.equal(states.isKnown(md5(2999), stat(3006)), true)
    }
    assert.ok(statSync(opened.file).size < 8 * 3000 * 40)
  })
})
