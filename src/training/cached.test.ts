import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { cached } from './cached.ts'
import { digestOf, inputFile } from './digest.ts'

const folders: string[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-cached-'))
  folders.push(folder)
})
after(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))))

describe('a cached function', () => {
  it('computes once for the same text, arguments and what it uses', async () => {
    let count = 0
    const compute = (values: Float64Array, { scale }: { scale: number }) => {
      count++
      return values.map((value) => value * scale)
    }
    const of = (uses: unknown[] = []) => cached(compute, { folder, uses })
    const values = new Float64Array([1, 2])
    assert.deepEqual(await of()(values, { scale: 2 }), new Float64Array([2, 4]))
    assert.deepEqual(await of()(values, { scale: 2 }), new Float64Array([2, 4]))
    assert.equal(count, 1)
    await of()(new Float64Array([1, 3]), { scale: 2 })
    await of()(values, { scale: 3 })
    await of(['another version'])(values, { scale: 2 })
    assert.equal(count, 4)
  })

  it('keeps no error, and computes again what is torn', async () => {
    let count = 0
    const fails = cached(
      () => {
        if (count++ === 0) throw new Error('no')
        return count
      },
      { folder },
    )
    await assert.rejects(fails(), /no/)
    assert.equal(await fails(), 2)
    assert.equal(await fails(), 2)
    const [name = ''] = await readdir(folder)
    await truncate(join(folder, name), 60)
    assert.equal(await fails(), 3)
  })

  it('forgets what was not used for longest, in Python’s results too', async () => {
    const make = cached((seed: number) => new Uint8Array(1000).fill(seed), { folder, maxSizeBytes: 2500 })
    await writeFile(join(folder, 'old-from-python.pkl'), Buffer.alloc(1000))
    await utimes(join(folder, 'old-from-python.pkl'), 1, 1)
    for (const seed of [1, 2]) await make(seed)
    const left = await readdir(folder)
    assert.equal(left.length, 2)
    assert.ok(!left.includes('old-from-python.pkl'))
  })

  it('is computed by one of several processes that ask at once, and the others wait', async () => {
    const script = `
import { appendFileSync } from 'node:fs'
import { cached } from ${JSON.stringify(join(import.meta.dirname, 'cached.ts'))}
const slow = cached(async (x) => {
  appendFileSync(process.env.COUNT, 'x')
  await new Promise((resolve) => setTimeout(resolve, 300))
  return x + 1
})
console.log(await slow(41))`
    const count = join(folder, 'count')
    const env = { ...process.env, RUNWRIGHT_CACHE_DIR: join(folder, 'cache'), COUNT: count }
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env })
    const said = await Promise.all([run(), run(), run()])
    assert.deepEqual(
      said.map(({ stdout }) => stdout),
      ['42\n', '42\n', '42\n'],
    )
    assert.equal(await readFile(count, 'utf8'), 'x')
  })
})

describe('the digest of a value', () => {
  it('is that of its content', async () => {
    const [a, b] = [new Map([[1, { x: 1, y: [new Date(0)] }]]), new Map([[1, { y: [new Date(0)], x: 1 }]])]
    assert.equal(await digestOf(a), await digestOf(b))
    assert.equal(await digestOf(new Set([1, 2])), await digestOf(new Set([2, 1])))
    const different = [
      1,
      '1',
      1n,
      true,
      null,
      undefined,
      [1],
      { 0: 1 },
      new Set([1]),
      new Uint8Array([1]),
      NaN,
      0,
      -0,
      { a: 1 },
      { b: 1 },
    ]
    assert.equal(new Set(await Promise.all(different.map((each) => digestOf(each)))).size, different.length)
    const loop: unknown[] = []
    loop.push(loop)
    assert.equal(typeof (await digestOf(loop)), 'string')
    await assert.rejects(digestOf(Promise.resolve()), TypeError)
  })

  it('of a file is that of what is in it', async () => {
    const file = join(folder, 'data.csv')
    await writeFile(file, 'a')
    const first = await digestOf(inputFile(file))
    await writeFile(file, 'b')
    assert.notEqual(await digestOf(inputFile(file)), first)
    await writeFile(file, 'a')
    assert.equal(await digestOf(inputFile(file)), first)
  })
})
