import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { createWebhookKey } from './webhook-key.ts'

it('the key of webhooks is made once, for its owner alone, and never replaced', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-key-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'webhooks.key')
  let made = 0
  const open = (text?: string) => createWebhookKey(path, text, (size) => new Uint8Array(size).fill((made += 1)))
  const first = open()
  assert.deepEqual(Buffer.from(await first()), Buffer.alloc(32, 1))
  assert.deepEqual(Buffer.from(await first()), Buffer.alloc(32, 1))
  assert.deepEqual(Buffer.from(await open()()), Buffer.alloc(32, 1))
  assert.equal(made, 1)
  assert.notDeepEqual(Buffer.from(await open('a text of mine')()), Buffer.alloc(32, 1))
  if (process.platform === 'win32') return

  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await chmod(path, 0o644)
  const third = open()
  await assert.rejects(third(), { code: 'STORAGE_DAMAGED' })
  await chmod(path, 0o600)
  assert.deepEqual(Buffer.from(await third()), Buffer.alloc(32, 1), 'it is looked at again')
  await writeFile(path, 'no key')
  await assert.rejects(open()(), { code: 'STORAGE_DAMAGED' })
  assert.equal(await readFile(path, 'utf8'), 'no key')
})
