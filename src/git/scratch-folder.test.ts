import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { it } from 'node:test'
import { createScratchFolder } from './scratch-folder.ts'

it('a scratch folder takes the place of those that dead processes have left, and of no others', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'runwright-scratches-'))
  try {
    const { pid } = spawnSync('true')
    const others = [`rw-a-${process.ppid}-abcdef`, `rw-b-${pid}-abcdef`, 'rw-a-notes', `rw-a-${pid}-abcdef.kept`]
    for (const name of [`rw-a-${pid}-abcdef`, ...others]) await mkdir(join(parent, name))
    const folder = await createScratchFolder('rw-a', parent)
    assert.deepEqual((await readdir(parent)).toSorted(), [...others, basename(folder)].toSorted())
  } finally {
    await rm(parent, { recursive: true })
  }
})
