import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSnapshot } from '../../git/snapshot.ts'
import { createTestRepository } from '../../git/test-repository.ts'
import type { JobSpec } from '../../protocol/jobs.ts'
import { plainSpec } from '../../protocol/test-job-spec.ts'
import { placeLocalCode } from './place-local-code.ts'

const spec: JobSpec = { ...plainSpec, command: ['true'], isIsolated: true }

describe('the code of an isolated job on this machine', () => {
  it('is all of the repository, whichever of its folders is the workspace', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'lib/shared.py': '1', 'app/it is/train.py': '2' })
    const workspace = join(repository.root, 'app/it is')
    const { commit } = await createSnapshot({ folder: workspace, env: process.env })
    await repository.write({ 'app/it is/train.py': 'later' })
    const target = await mkdtemp(join(tmpdir(), 'runwright-place-'))
    try {
      const folder = join(target, 'code')
      const own = { spec: { ...spec, codeCommit: commit }, workspace }
      const { directory } = await placeLocalCode(own, folder, process.env)
      assert.equal(directory, join(folder, 'app/it is'))
      assert.equal(await readFile(join(directory, 'train.py'), 'utf8'), '2')
      assert.equal(await readFile(join(directory, '../../lib/shared.py'), 'utf8'), '1')
      await assert.rejects(placeLocalCode({ spec, workspace }, join(target, 'other'), process.env), {
        code: 'INVALID_STATE',
        message: /names no code/,
      })
      assert.deepEqual(await readdir(target), ['code'])
    } finally {
      await rm(target, { recursive: true })
    }
  })
})
