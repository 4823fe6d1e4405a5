import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import { createSpec, until } from './attempts.ts'
import { openCluster } from './open-cluster.ts'

it(
  'a controller that does not know its nodes yet refuses a job for now, and not for good',
  { skip: whyNoSlurm },
  async () => {
    await using resources = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'rw-jobs-'))
    resources.defer(() => rm(folder, { recursive: true, force: true }))
    const server = resources.use(await openSlurm())
    const target = resources.use(await openCluster(server, folder))
    await server.kill9('slurmctld')
    const starting = server.start()
    const codes = new Set<unknown>()
    await until(async () => {
      try {
        await target.check(createSpec(['true']))
        return true
      } catch (error) {
        codes.add(error instanceof RunwrightError ? error.code : error)
        return false
      }
    })
    await starting
    assert.deepEqual([...codes], ['TEMPORARILY_UNAVAILABLE'])
  },
)
