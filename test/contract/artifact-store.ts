import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { it } from 'node:test'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { ArtifactStore, ByteRange } from '../../src/tracking/artifact-store.ts'
import { type Artifacts, createArtifacts } from '../../src/tracking/artifacts.ts'

/** One place for artifacts, with nothing in it. */
export interface ArtifactPlace extends AsyncDisposable {
  /** Opens it as a process that has just begun. */
  open(): Promise<ArtifactStore>
}

const run = `1/${'a'.repeat(32)}/artifacts`
const mebi = 1 << 20

/** Bytes in pieces of odd sizes, as a connection brings them. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 60_001): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

async function* thenBreak(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* inPieces(bytes)
  throw new RangeError('the client went away')
}

export function hasCode(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof RunwrightError, String(error))
    assert.equal(error.code, code, error.message)
    return true
  }
}

async function readAll(artifacts: Artifacts, path: string, range?: ByteRange): Promise<Buffer> {
  const { bytes } = await artifacts.open(path, range)
  return buffer(bytes)
}

/** What is told of it without a byte of it. */
async function look(artifacts: Artifacts, path: string): Promise<{ sizeBytes: number; fileName: string }> {
  const { bytes, ...told } = await artifacts.open(path, { end: 0 })
  await bytes.cancel()
  return told
}

const text = async (artifacts: Artifacts, path: string) => (await readAll(artifacts, path)).toString()
const names = async (artifacts: Artifacts, path: string) => (await artifacts.list(path)).map((entry) => entry.path)

/** What every place does that artifacts are kept in. */
export function describeArtifactStore(openPlace: () => Promise<ArtifactPlace>): void {
  async function open() {
    const place = await openPlace()
    const store = await place.open()
    const changes: string[] = []
    const artifacts = createArtifacts({ store, changed: ({ kind }) => changes.push(kind) })
    return { place, store, artifacts, changes, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
  }
  const write = (artifacts: Artifacts, path: string, content: string | Uint8Array) =>
    artifacts.write(path, inPieces(Buffer.from(content)))

  it('gives back what was written, whole and from any byte to any other, and tells its size', async () => {
    await using opened = await open()
    const { artifacts, place } = opened
    for (const sizeBytes of [0, 1, 70_000, 8 * mebi, 8 * mebi + 1, 21 * mebi + 7]) {
      const bytes = randomBytes(sizeBytes)
      const path = `${run}/of ${sizeBytes}.bin`
      await artifacts.write(path, inPieces(bytes))
      const { sizeBytes: told, fileName } = await look(artifacts, path)
      assert.deepEqual([told, fileName], [sizeBytes, `of ${sizeBytes}.bin`])
      const later = createArtifacts({ store: await place.open(), changed: () => {} })
      assert.ok(bytes.equals(await readAll(later, path)), `all of ${sizeBytes} bytes`)
      const middle = Math.floor(sizeBytes / 2)
      for (const [start, end] of [
        [0, 1],
        [middle, middle + 10],
        [Math.max(0, sizeBytes - 3), sizeBytes + 100],
        [sizeBytes, sizeBytes + 1],
        [sizeBytes + 5, undefined],
        [middle, undefined],
        [middle, middle],
      ] as const) {
        const range = { start, ...(end === undefined ? {} : { end }) }
        const part = await readAll(artifacts, path, range)
        assert.ok(bytes.subarray(start, end).equals(part), `${start}–${end} of ${sizeBytes}`)
      }
      for (const last of [0, 1, 5, sizeBytes + 1]) {
        const part = await readAll(artifacts, path, { last })
        assert.ok(bytes.subarray(Math.max(0, sizeBytes - last)).equals(part), `the last ${last} of ${sizeBytes}`)
      }
    }
  })

  it('keeps names of every kind apart, and lists them as they are', async () => {
    await using opened = await open()
    const { artifacts } = opened
    const odd = [
      'ä ö+%25&<x>"\'.txt',
      'a+b',
      'a b',
      'a%20b',
      '数据.bin',
      '🙂',
      'e\u0301',
      '\u00e9',
      ' .x',
      '...',
      'a:b;c?d#e=f@g',
      '&amp;',
      'A',
      '~(*!)',
      'tab\there',
    ]
    for (const name of odd) await write(artifacts, `${run}/odd/${name}`, name)
    assert.deepEqual(await names(artifacts, `${run}/odd`), odd.toSorted())
    for (const name of odd) assert.equal(await text(artifacts, `${run}/odd/${name}`), name)
    for (const name of odd) await write(artifacts, `${run}/below/${name}/file`, name)
    assert.deepEqual(await names(artifacts, `${run}/below`), odd.toSorted())
  })

  it('lists files with their sizes and folders, however many, and nothing where nothing is', async () => {
    await using opened = await open()
    const { artifacts, store } = opened
    const many = Array.from({ length: 1100 }, (_, index) => `many/${String(index).padStart(4, '0')}.txt`)
    await mapConcurrently(many, 16, (path) => write(artifacts, `${run}/${path}`, 'x'))
    await write(artifacts, `${run}/deep/er/file.txt`, 'four')
    await write(artifacts, `${run}/a.txt`, 'abc')
    assert.deepEqual(await artifacts.list(run), [
      { path: 'a.txt', isDirectory: false, sizeBytes: 3 },
      { path: 'deep', isDirectory: true },
      { path: 'many', isDirectory: true },
    ])
    assert.equal((await artifacts.list(`${run}/many`)).length, 1100)
    assert.deepEqual(await artifacts.listBelow(`mlflow-artifacts:/${run}`, 'deep/er'), [
      { path: 'deep/er/file.txt', isDirectory: false, sizeBytes: 4 },
    ])
    for (const path of [`${run}/a.txt`, `${run}/a`, `${run}/dee`, 'nowhere'])
      assert.deepEqual(await names(artifacts, path), [])
    assert.deepEqual(await names(artifacts, ''), ['1'])
    const found: string[] = []
    for await (const file of store.walk(run.split('/'))) found.push(`${file.path.join('/')} ${file.sizeBytes}`)
    assert.deepEqual(
      found.toSorted(),
      [`${run}/a.txt 3`, `${run}/deep/er/file.txt 4`, ...many.map((path) => `${run}/${path} 1`)].toSorted(),
    )
    assert.deepEqual(await store.find([...run.split('/'), 'a.txt']), {
      path: 'a.txt',
      isDirectory: false,
      sizeBytes: 3,
    })
    assert.deepEqual(await store.find([...run.split('/'), 'deep']), { path: 'deep', isDirectory: true })
    assert.equal(await store.find([...run.split('/'), 'dee']), undefined)
  })

  it('shows a file only once all of it is there, and the older one until then', async () => {
    await using opened = await open()
    const { artifacts, changes } = opened
    for (const sizeBytes of [1000, 20 * mebi]) {
      const path = `${run}/torn`
      await assert.rejects(artifacts.write(path, thenBreak(randomBytes(sizeBytes))), RangeError)
      await assert.rejects(artifacts.open(path), hasCode('RESOURCE_DOES_NOT_EXIST'))
      assert.deepEqual([await names(artifacts, run), changes], [[], []])
    }
    await write(artifacts, `${run}/kept`, 'old')
    const newer = Promise.withResolvers<void>()
    async function* slowly() {
      yield randomBytes(20 * mebi)
      await newer.promise
      yield Buffer.from('end')
    }
    const writing = artifacts.write(`${run}/kept`, slowly())
    assert.equal(await text(artifacts, `${run}/kept`), 'old')
    newer.resolve()
    await writing
    assert.equal((await readAll(artifacts, `${run}/kept`)).subarray(-3).toString(), 'end')
    await assert.rejects(artifacts.write(`${run}/kept`, thenBreak(Buffer.from('torn'))), RangeError)
    assert.equal((await look(artifacts, `${run}/kept`)).sizeBytes, 20 * mebi + 3)
  })

  it('has a file or a folder under a name, never both, and says which is missing', async () => {
    await using opened = await open()
    const { artifacts } = opened
    await write(artifacts, `${run}/folder/file`, 'x')
    const refusals = [
      () => write(artifacts, `${run}/folder`, 'y'),
      () => write(artifacts, `${run}/folder/file/below`, 'y'),
      () => write(artifacts, `${run}/folder/file/far/below`, 'y'),
      () => artifacts.append(`${run}/folder`, Buffer.from('y')),
      () => artifacts.append(`${run}/folder/file/below`, Buffer.from('y')),
      () => artifacts.open(`${run}/folder`),
      () => artifacts.open(''),
      () => write(artifacts, `${run}/${'n'.repeat(300)}`, 'y'),
      () => write(artifacts, '.incoming/1', 'y'),
      () => write(artifacts, '../outside', 'y'),
      () => write(artifacts, '', 'y'),
    ]
    for (const refused of refusals) await assert.rejects(refused, hasCode('INVALID_PARAMETER_VALUE'), String(refused))
    await assert.rejects(artifacts.open(`${run}/nothing`), hasCode('RESOURCE_DOES_NOT_EXIST'))
    await assert.rejects(artifacts.open(`${run}/folder/file/below`), hasCode('RESOURCE_DOES_NOT_EXIST'))
    assert.equal(await text(artifacts, `${run}/folder/file`), 'x')
    await artifacts.delete(`${run}/folder`)
    await write(artifacts, `${run}/folder`, 'a file now')
    assert.equal(await text(artifacts, `${run}/folder`), 'a file now')
  })

  it('adds to a file that grows, which is seen at once, also by those who come later', async () => {
    await using opened = await open()
    const { artifacts, place, store, changes } = opened
    const path = `${run}/logs/output.log`
    const add = (content: string, isLast = false) => artifacts.append(path, Buffer.from(content), isLast)
    assert.equal(await add(''), 0)
    assert.deepEqual(changes, [], 'nothing was added')
    assert.deepEqual(await artifacts.list(`${run}/logs`), [{ path: 'output.log', isDirectory: false, sizeBytes: 0 }])
    assert.equal(await add('one '), 4)
    assert.equal(await text(artifacts, path), 'one ')
    const later = createArtifacts({ store: await place.open(), changed: () => {} })
    assert.equal(await later.append(path, Buffer.from('two ')), 8)
    assert.deepEqual(await names(artifacts, run), ['logs'])
    assert.equal(await add('three', true), 13)
    assert.equal(await text(later, path), 'one two three')
    assert.equal(await add('', true), 13)
    assert.deepEqual(await artifacts.list(`${run}/logs`), [{ path: 'output.log', isDirectory: false, sizeBytes: 13 }])
    assert.equal(await add(' four'), 18)
    assert.equal((await readAll(artifacts, path, { start: 8, end: 18 })).toString(), 'three four')
    assert.deepEqual(await store.find(path.split('/')), { path: 'output.log', isDirectory: false, sizeBytes: 18 })
    await write(artifacts, path, 'anew')
    assert.equal(await text(artifacts, path), 'anew')
    assert.equal(await add('!'), 5)
    await artifacts.delete(`${run}/logs`)
    assert.deepEqual(await names(artifacts, run), [])
    assert.equal(await add('again'), 5)
  })

  it('deletes a file or a folder with all in it, but no root, and takes what is not there as deleted', async () => {
    await using opened = await open()
    const { artifacts, store, changes } = opened
    for (const name of ['a', 'b/c', 'b/d/e', 'bb']) await write(artifacts, `${run}/${name}`, name)
    await artifacts.append(`${run}/b/log`, Buffer.from('grows'))
    changes.length = 0
    await artifacts.delete(`${run}/nothing`)
    assert.deepEqual(changes, [])
    await artifacts.delete(`${run}/b`)
    assert.deepEqual([await names(artifacts, run), changes], [['a', 'bb'], ['artifacts']])
    await artifacts.delete(`${run}/a`)
    assert.deepEqual(await names(artifacts, run), ['bb'])
    const [experiment = '', runId = ''] = run.split('/')
    for (const root of ['', experiment, `${experiment}/${runId}`]) {
      await assert.rejects(artifacts.delete(root), hasCode('INVALID_PARAMETER_VALUE'))
    }
    const lastChange = await store.findLastChange([experiment, runId])
    assert.ok(lastChange !== undefined && lastChange > Date.now() - 3_600_000 && lastChange < Date.now() + 60_000)
    await artifacts.purge(`${experiment}/${runId}`)
    assert.deepEqual(await names(artifacts, run), [])
    assert.equal(await store.findLastChange([experiment, runId]), undefined)
  })

  it('takes many at a time, each as it is', async () => {
    await using opened = await open()
    const { artifacts } = opened
    const all = Array.from({ length: 24 }, (_, index) => ({
      path: `${run}/at once/${index}`,
      bytes: randomBytes(mebi + index),
    }))
    await Promise.all(all.map(({ path, bytes }) => artifacts.write(path, inPieces(bytes))))
    for (const { path, bytes } of all) assert.ok(bytes.equals(await readAll(artifacts, path)), path)
  })

  it('lets go of a file that somebody stops to read', async () => {
    await using opened = await open()
    const { artifacts } = opened
    await artifacts.write(`${run}/large`, inPieces(randomBytes(20 * mebi)))
    for (let turn = 0; turn < 40; turn++) {
      const { bytes } = await artifacts.open(`${run}/large`)
      const reader = bytes.getReader()
      await reader.read()
      await reader.cancel()
    }
    assert.equal((await look(artifacts, `${run}/large`)).sizeBytes, 20 * mebi)
  })
}
