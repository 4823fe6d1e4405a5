import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { rootFolder } from './command.mjs'
import { isUpToDate, markUpToDate } from './stamp.mjs'

describe('an installed part', () => {
  it('is up to date until its lock file changes or its folder is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-stamp-'))
    try {
      const lock = join(folder, 'package-lock.json')
      const installed = join(folder, 'node_modules')
      const part = { folder: relative(rootFolder, installed), inputs: [relative(rootFolder, lock)] }
      await writeFile(lock, '{}')
      await mkdir(installed)
      assert.equal(isUpToDate(part), false)

      markUpToDate(part)
      assert.equal(isUpToDate(part), true)

      await writeFile(lock, '{ "packages": {} }')
      assert.equal(isUpToDate(part), false)

      markUpToDate(part)
      await rm(installed, { recursive: true })
      assert.equal(isUpToDate(part), false)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
