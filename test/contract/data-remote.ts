import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import { fetchObject } from '../../src/data/transfer/fetch-object.ts'
import { parseDataHash, parseSha256 } from '../../src/data/hash.ts'
import { hashRemote, nameOf } from '../../src/data/history/hash-objects.ts'
import { dataKey, manifestKey, type ObjectKey, parseObjectKey } from '../../src/data/object-key.ts'
import { openPartFolder } from '../../src/data/transfer/part-folder.ts'
import type { DataRemote } from '../../src/data/remote.ts'
import { sendObject } from '../../src/data/transfer/send-object.ts'
import { multipartBytes } from '../../src/data/wire/send-parts.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { openLineToCut } from '../servers/line-to-cut.ts'

/** A real place with nothing in it, and ways to it. */
export interface RemotePlace extends AsyncDisposable {
  /** Of its server on 127.0.0.1; undefined where there is no connection to break. */
  readonly port: number | undefined
  /** @param port that leads to its server; default: its own */
  open(port?: number): Promise<DataRemote>
  /** With a key or password that is none of its; undefined where nobody is asked for one. */
  openAsStranger?(): Promise<DataRemote>
  /** How many small objects it is to hold; default 2,000. */
  readonly smallCount?: number
  /** Paths of all files below the remote's prefix and beside it, where one can look. */
  listFiles?(): Promise<readonly string[]>
}

/** Seconds of silence after which a remote of `openPlace` gives up. */
export const silenceSeconds = 2

/** What every kind of remote does, shown on the real thing. */
export function dataRemoteContract(name: string, openPlace: () => Promise<RemotePlace>, whyNot: string | false): void {
  describe(`data remote ${name}`, { skip: whyNot }, () => {
    const { signal } = new AbortController()
    let folder: string
    let place: RemotePlace
    let remote: DataRemote
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rw-remote-'))
      place = await openPlace()
      remote = await place.open()
    })
    after(async () => {
      await remote?.[Symbol.asyncDispose]()
      await place?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    })

    /** A file of random bytes and the key that they have. */
    async function make(sizeBytes: number) {
      const bytes = randomBytes(sizeBytes)
      const key = keyOf(bytes)
      const path = join(folder, key.replaceAll('/', '-'))
      await writeFile(path, bytes)
      return { key, path, bytes, sizeBytes }
    }
    const readAll = async (key: ObjectKey, start = 0) => buffer(await remote.read(key, start, signal))

    it('gives back what was put there, from any byte on, and knows its size', async () => {
      for (const sizeBytes of [0, 1, 40_000, 3_000_001]) {
        const object = await make(sizeBytes)
        await remote.write(object.key, object, signal)
        assert.deepEqual(await remote.find([object.key], signal), new Map([[object.key, sizeBytes]]))
        assert.deepEqual(await readAll(object.key), object.bytes)
        if (sizeBytes > 1) assert.deepEqual(await readAll(object.key, sizeBytes - 1), object.bytes.subarray(-1))
      }
    })

    it('takes an object that it has once more', async () => {
      const object = await make(1000)
      await remote.write(object.key, object, signal)
      await remote.write(object.key, object, signal)
      assert.deepEqual(await readAll(object.key), object.bytes)
    })

    it('keeps lists of folders and manifests apart from files', async () => {
      const bytes = randomBytes(500)
      const md5 = createHash('md5').update(bytes).digest('hex')
      const path = join(folder, md5)
      await writeFile(path, bytes)
      const list = parseDataHash(`${md5}.dir`)
      assert.ok(list !== undefined)
      const manifest = parseObjectKey(`runwright/manifest/ab/${'0'.repeat(62)}`)
      assert.ok(manifest !== undefined)
      const keys = [dataKey(list), manifest]
      for (const key of keys) await remote.write(key, { path, sizeBytes: 500 }, signal)
      assert.deepEqual([...(await remote.find(keys, signal)).keys()].toSorted(), keys.toSorted())
      assert.deepEqual(await readAll(keys[1] ?? manifestKeyOfNothing), bytes)
    })

    it('does not find, list or read what is not there', async () => {
      const key = keyOf(randomBytes(8))
      assert.deepEqual(await remote.find([key], signal), new Map())
      await assert.rejects(() => readAll(key), withCode('RESOURCE_DOES_NOT_EXIST'))
    })

    it('forgets what is removed, whether it was there or not', async () => {
      const [kept, gone] = [await make(10), await make(10)]
      for (const object of [kept, gone]) await remote.write(object.key, object, signal)
      await remote.remove([gone.key, keyOf(randomBytes(8))], signal)
      assert.deepEqual([...(await remote.find([kept.key, gone.key], signal)).keys()], [kept.key])
    })

    it('tells nothing of an object before all of it is there', async () => {
      const object = await make(20_000_000)
      const controller = new AbortController()
      let seen = 0
      const onBytes = (count: number) => {
        seen += count
        if (seen > object.sizeBytes / 4) controller.abort()
      }
      const write = remote.write(object.key, { ...object, onBytes }, controller.signal)
      const outcome = await write.then(
        () => 'written',
        (error: unknown) => (error instanceof RunwrightError ? error.code : error),
      )
      // A folder on one disk is quicker than the word that it is not wanted.
      if (outcome === 'written') return assert.deepEqual(await readAll(object.key), object.bytes)
      assert.equal(outcome, 'CANCELLED')
      assert.deepEqual(await remote.find([object.key], signal), new Map())
      await assert.rejects(() => readAll(object.key), withCode('RESOURCE_DOES_NOT_EXIST'))
      // And it can be put there afterwards.
      await remote.write(object.key, object, signal)
      assert.deepEqual(await readAll(object.key), object.bytes)
    })

    it('stops reading when it is cancelled', async () => {
      const object = await make(20_000_000)
      await remote.write(object.key, object, signal)
      const controller = new AbortController()
      const stream = await remote.read(object.key, 0, controller.signal)
      const reading = (async () => {
        for await (const _ of stream) controller.abort()
      })()
      await reading.catch((error: unknown) => assert.ok(withCode('CANCELLED')(error)))
    })

    it('names no place outside its prefix, whatever it is asked for', async () => {
      const path = join(folder, 'hostile')
      await writeFile(path, 'hostile')
      const before = await place.listFiles?.()
      for (const text of [
        '../escape',
        'files/md5/../../../escape',
        '/etc/passwd',
        'files/md5/ab/..%2f..%2fescape',
        '',
      ]) {
        // SAFETY: what no parser would give, as from code that has forgotten to ask one.
        const key = text as ObjectKey
        const invalid = withCode('INVALID_PARAMETER_VALUE')
        await assert.rejects(() => remote.write(key, { path, sizeBytes: 7 }, signal), invalid)
        await assert.rejects(() => remote.read(key, 0, signal), invalid)
        await assert.rejects(() => remote.find([key], signal), invalid)
        await assert.rejects(() => remote.remove([key], signal), invalid)
      }
      assert.deepEqual(await place.listFiles?.(), before)
    })

    it('tells when an object came, by a clock of its own to the second', async () => {
      const object = await make(2_000_000)
      const before = Date.now()
      await remote.write(object.key, object, signal)
      const listed = await Array.fromAsync(remote.list(object.key, signal))
      assert.deepEqual(
        listed.map(({ key }) => key),
        [object.key],
      )
      const changedAt = listed[0]?.changedAt ?? 0
      assert.ok(changedAt >= before - 1000 && changedAt <= Date.now() + 1000, String(changedAt - before))
    })

    it('has thousands of small objects, and finds and lists them all', async () => {
      const { smallCount = 2000 } = place
      const objects = await Promise.all(Array.from({ length: smallCount }, () => make(20)))
      await mapConcurrently(objects, remote.concurrency, (object) => remote.write(object.key, object, signal))
      const keys = objects.map(({ key }) => key)
      const found = await remote.find([...keys, keyOf(randomBytes(8))], signal)
      assert.equal(found.size, smallCount)
      assert.ok(keys.every((key) => found.get(key) === 20))
      const listed = new Map<ObjectKey, number>()
      for await (const { key, sizeBytes } of remote.list('files/md5/', signal)) listed.set(key, sizeBytes)
      assert.ok(keys.every((key) => listed.get(key) === 20))
      const [some = keyOf(randomBytes(1))] = keys
      const beside: ObjectKey[] = []
      for await (const { key } of remote.list(some.slice(0, 13), signal)) beside.push(key)
      assert.ok(beside.includes(some) && beside.every((key) => key.startsWith(some.slice(0, 13))))
    })

    it('moves an object of 300 MB both ways, and goes on after each cut of the line', async () => {
      const path = join(folder, 'big')
      const { key, sizeBytes } = await writeBig(path, 300)
      await using line = place.port === undefined ? undefined : await openLineToCut(place.port)
      await using far = await place.open(line?.port)
      const cutAt = (at: number) => {
        let [moved, isCut] = [0, line === undefined]
        return (count: number) => {
          moved += count
          if (isCut || moved < at) return
          isCut = true
          line?.cut()
        }
      }
      let sent = 0
      const cutSending = cutAt(sizeBytes / 2)
      const onBytes = (count: number) => {
        sent += count
        cutSending(count)
      }
      await sendObject(far, key, { path, sizeBytes, onBytes }, signal)
      assert.equal(sent, sizeBytes)
      assert.deepEqual(await far.find([key], signal), new Map([[key, sizeBytes]]))

      const parts = await openPartFolder(join(folder, 'parts'))
      const copy = join(folder, 'copy')
      let received = 0
      const cutFetching = cutAt(sizeBytes / 2)
      await fetchObject(far, { key, place: copy }, parts, {
        signal,
        onBytes: (count) => {
          received += count
          cutFetching(count)
        },
      })
      assert.equal(received, sizeBytes)
      assert.equal((await stat(copy)).size, sizeBytes)
      assert.deepEqual(await readdir(join(folder, 'parts')), [])
      await rm(path)
      await rm(copy)
      await remote.remove([key], signal)
    })

    it('does not let a stranger in', async (test) => {
      if (place.openAsStranger === undefined) return test.skip('nobody is asked for a password')
      const object = await make(10)
      await assert.rejects(async () => {
        await using stranger = await place.openAsStranger?.()
        await stranger?.write(object.key, object, signal)
      }, withCode('PERMISSION_DENIED'))
      assert.deepEqual(await remote.find([object.key], signal), new Map())
    })

    it('is unavailable, and says so in a bounded time, when nothing answers', async (test) => {
      if (place.port === undefined) return test.skip('there is no connection to break')
      const object = await make(10)
      await using line = await openLineToCut(place.port)
      await using far = await place.open(line.port)
      await far.write(object.key, object, signal)
      line.freeze()
      await assert.rejects(() => far.write(object.key, object, signal), withCode('TEMPORARILY_UNAVAILABLE'))
      line.cut()
      await far.write(object.key, object, signal)

      await using closed = await openLineToCut(place.port)
      await closed[Symbol.asyncDispose]()
      await using nobody = await place.open(closed.port)
      await assert.rejects(() => nobody.find([object.key], signal), withCode('TEMPORARILY_UNAVAILABLE'))
    })

    it('brings no byte here that is not what its name says, and verify names each such object', async () => {
      const [file, large] = [await make(1000), await make(multipartBytes + 1000)]
      const named = parseSha256(createHash('sha256').update(file.bytes).digest('hex'))
      assert.ok(named !== undefined)
      let stored = 0
      for (const [key, object] of [
        [file.key, file],
        [manifestKey(named), file],
        [large.key, large],
      ] as const) {
        const path = join(folder, 'flipped')
        const bytes = Buffer.from(await readFile(object.path))
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4
        await writeFile(path, bytes)
        // A store that checks does not take it; it checks no manifests, and none checks what is sent in parts as a whole.
        const isStored = await remote.write(key, { path, sizeBytes: bytes.length }, signal).then(
          () => true,
          () => false,
        )
        if (!isStored) continue
        stored++
        const [hashed] = await Array.fromAsync(hashRemote(remote, [{ key, sizeBytes: bytes.length }], { signal }))
        assert.ok(hashed !== undefined && ![hashed.md5, hashed.sha256].includes(nameOf(key)), key)
        const parts = await openPartFolder(join(folder, 'parts'))
        const copy = join(folder, 'damaged')
        const work = { signal, onBytes: () => undefined }
        await assert.rejects(
          () => fetchObject(remote, { key, place: copy }, parts, work),
          (error) => withCode('STORAGE_DAMAGED')(error) && String(error).includes(key),
        )
        await assert.rejects(() => readFile(copy), { code: 'ENOENT' })
        await remote.remove([key], signal)
      }
      assert.ok(stored > 0)
    })
  })
}

const manifestKeyOfNothing = manifestKey(
  // SAFETY: only there so that the key of a list is never undefined.
  '0'.repeat(64) as Parameters<typeof manifestKey>[0],
)

function keyOf(bytes: Uint8Array): ObjectKey {
  const hash = parseDataHash(createHash('md5').update(bytes).digest('hex'))
  assert.ok(hash !== undefined)
  return dataKey(hash)
}

function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RunwrightError, String(error instanceof Error ? error.stack : error))
    assert.equal(error.code, code, error.message)
    return true
  }
}

/** Random once, then counted on, which is quick and has no two equal parts. */
async function writeBig(path: string, megabytes: number) {
  await using file = await open(path, 'w')
  const block = randomBytes(1 << 20)
  for (let index = 0; index < megabytes; index++) {
    block.writeUInt32BE(index)
    await file.write(block)
  }
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  const md5 = parseDataHash(hash.digest('hex'))
  assert.ok(md5 !== undefined)
  return { key: dataKey(md5), sizeBytes: megabytes << 20 }
}
