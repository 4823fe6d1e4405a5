import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../../protocol/errors.ts'
import { createScratchTarget } from '../scratch-target.ts'
import type { ComputeTarget } from '../target.ts'
import { createLateTarget } from './late-target.ts'

describe('a target that is opened late', () => {
  it('is opened once, when it is asked, and watched when it has jobs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-late-'))
    const real = createScratchTarget(folder)
    const told: string[] = []
    const own: ComputeTarget = { ...real, watch: (changed) => (told.push('watch'), real.watch(changed)) }
    const late = createLateTarget({
      kind: () => 'scratch',
      open: () => (told.push('open'), Promise.resolve(own)),
    })
    late.watch(() => undefined)
    assert.deepEqual(told, [])
    await Promise.all([late.capacity(), late.capacity()])
    assert.deepEqual([told, late.isInUse], [['open'], false])
    await late.close()
    await late.capacity()
    assert.deepEqual(await late.status([]), [])
    await late.status([])
    assert.deepEqual([told, late.isInUse], [['open', 'open', 'watch'], true])
    await late[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('whose description is wrong says what, and is no end of the jobs that it has', async () => {
    let tries = 0
    const late = createLateTarget({
      kind: () => 'ssh',
      open: () => Promise.reject(new RunwrightError('INVALID_PARAMETER_VALUE', `wrong ${++tries}`)),
    })
    await assert.rejects(late.capacity(), { code: 'INVALID_PARAMETER_VALUE', message: 'wrong 1' })
    await assert.rejects(late.status([]), { code: 'TEMPORARILY_UNAVAILABLE', message: 'wrong 2' })
    assert.equal(late.isInUse, false)
    await late[Symbol.asyncDispose]()
  })
})
