import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { chunkKey, dataKey } from '../../src/data/object-key.ts'
import { chunkedEnding, openRemote } from '../../src/data/open-remote.ts'
import { createTestHistory, md5Of, type TestHistory, testWork } from '../../src/data/test-history.ts'
import { listNeededByCheckout } from '../../src/data/test-random-history.ts'
import { checkChunks } from './chunked-store.ts'

const kills = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 4 : 100
const script = join(import.meta.dirname, 'data-command.ts')

/** Versions of folders that share files with those that are needed, and that nothing needs. */
async function litter({ put, root }: TestHistory, turn: number): Promise<void> {
  for (let folder = 0; folder < 10; folder++) {
    const names = Array.from({ length: 60 }, (_, index) => [
      `f${index}`,
      index < 20 ? `kept ${index}` : `${turn} ${folder} ${index}`,
    ])
    await put('litter', Object.fromEntries(names))
  }
  await rm(join(root, 'litter.dvc'))
}

/** @param afterMs since it has said that it begins; undefined lets it end */
async function gc(root: string, afterMs: number | undefined, ...remote: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [script, root, 'gc', ...remote], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await Promise.race([ended, ...(afterMs === undefined ? [] : [delay(afterMs)])])
  child.kill('SIGKILL')
  await ended
  assert.ok(child.exitCode === 0 || child.signalCode === 'SIGKILL')
  return child.signalCode === 'SIGKILL'
}

/** A list that is still there has all of its files: whoever needs it tomorrow can check it out. */
async function checkLists(repository: TestHistory): Promise<void> {
  const objects = new Set(await repository.objects())
  for (const key of objects) {
    if (!key.endsWith('.dir')) continue
    const list = await readFile(join(repository.data.cacheFolder, key), 'utf8')
    for (const [, md5 = ''] of list.matchAll(/"md5": "(\w+)"/g)) {
      assert.ok(objects.has(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`), `${key} without ${md5}`)
    }
  }
}

describe('gc that is killed', () => {
  it('has deleted nothing that is needed, no file of a list that is there, and completes the next time', async (test) => {
    await using repository = await createTestHistory()
    await repository.put(
      'd',
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, `kept ${index}`])),
    )
    await repository.commit()
    await repository.put('d', { other: 'version' })
    await repository.commit()
    const needed = [...(await listNeededByCheckout(repository))].toSorted()
    let killed = 0
    for (let turn = 0; turn < kills; turn++) {
      await litter(repository, turn)
      if (await gc(repository.root, turn === 0 ? 0 : Math.random() * 250)) killed++
      const objects = await repository.objects()
      assert.deepEqual(
        needed.filter((key) => !objects.includes(key)),
        [],
      )
      await checkLists(repository)
    }
    assert.ok(killed > 0, 'every gc had ended before it was killed')
    test.diagnostic(`${killed} of ${kills} before they ended`)
    await gc(repository.root, undefined)
    assert.deepEqual(
      (await repository.objects()).filter((key) => key.startsWith('files/')),
      needed,
    )
  })

  it('has left each recipe of a remote of chunks its packs, and each index its pack', async (test) => {
    await using repository = await createTestHistory()
    const url = join(repository.root, '.git/store')
    const options = { url, options: new Map<string, string>(), folder: '/', env: {} }
    const kept = randomBytes(3 << 20)
    const push = async (bytes: Buffer) => {
      await using chunked = await openRemote({ ...options, url: url + chunkedEnding })
      const path = join(repository.root, '.git/pushed')
      await writeFile(path, bytes)
      await chunked.write(dataKey(md5Of(bytes)), { path, sizeBytes: bytes.length }, testWork.signal)
    }
    await push(kept)
    await repository.write({ 'd.dvc': `outs:\n- md5: ${md5Of(kept)}\n  hash: md5\n  path: d\n` })
    let killed = 0
    for (let turn = 0; turn < kills; turn++) {
      for (let file = 0; file < 8; file++) await push(Buffer.concat([kept.subarray(0, 1 << 20), randomBytes(1 << 20)]))
      if (await gc(repository.root, turn === 0 ? 0 : Math.random() * 120, url)) killed++
      await checkChunks(url)
      // All that killed ones have left would be read again each time.
      if (turn % 5 === 4) await gc(repository.root, undefined, url)
    }
    assert.ok(killed > 0, 'every gc had ended before it was killed')
    test.diagnostic(`${killed} of ${kills} before they ended`)
    await gc(repository.root, undefined, url)
    const { packs, recipes } = await checkChunks(url)
    assert.deepEqual([packs, recipes], [1, [chunkKey('recipe', md5Of(kept))]])
    await using chunked = await openRemote({ ...options, url: url + chunkedEnding })
    assert.ok((await buffer(await chunked.read(dataKey(md5Of(kept)), 0, testWork.signal))).equals(kept))
  })
})
