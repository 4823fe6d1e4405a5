import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import type { ChangeEvent } from '../protocol/events.ts'
import { createArtifacts } from './artifacts.ts'
import { createFolderArtifactStore } from './folder-artifact-store.ts'

it('an artifact that grows is seen at once, tells how long it is, and follows no link', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-append-'))
  t.after(() => rm(folder, { recursive: true }))
  const events: ChangeEvent[] = []
  const artifacts = createArtifacts({
    store: createFolderArtifactStore(join(folder, 'artifacts')),
    changed: (event) => events.push(event),
  })
  const path = `1/${'a'.repeat(32)}/artifacts/logs/output.log`
  assert.equal(await artifacts.append(path, new Uint8Array()), 0)
  assert.equal(events.length, 0, 'nothing was added')
  assert.equal(await artifacts.append(path, Buffer.from('one ')), 4)
  assert.equal(await artifacts.append(path, Buffer.from('two'), true), 7)
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['artifacts', 'artifacts'],
  )
  assert.equal(await new Response((await artifacts.open(path)).bytes).text(), 'one two')

  await writeFile(join(folder, 'secret'), '')
  await mkdir(join(folder, 'artifacts/2'), { recursive: true })
  await symlink(join(folder, 'secret'), join(folder, 'artifacts/2/link'))
  await assert.rejects(artifacts.append('2/link', Buffer.from('x')))
  await assert.rejects(artifacts.append('../secret', Buffer.from('x')), { code: 'INVALID_PARAMETER_VALUE' })
  await assert.rejects(artifacts.append('2', Buffer.from('x')), { code: 'INVALID_PARAMETER_VALUE' })
})
