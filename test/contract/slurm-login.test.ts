import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openSlurmTarget } from '../../src/compute/targets/slurm.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import { createAttempt, end, readAll, until } from './attempts.ts'

describe('jobs on Slurm by a login node', { skip: whyNoSlurm || whyNoSshd }, () => {
  it('are submitted, watched and cancelled over ssh, with their folders in the home there', async () => {
    await using server = await openSlurm()
    await using sshd = await openSshd()
    const configuration = `SLURM_CONF=${server.env['SLURM_CONF']}`
    await using target = await openSlurmTarget(
      { login: { host: 'login', configFile: sshd.configFile, options: { SetEnv: configuration } } },
      {
        env: { ...process.env, XDG_RUNTIME_DIR: sshd.folder },
        trackingUrl: 'http://127.0.0.1:1',
        workspace: sshd.folder,
        name: 'cluster',
        placeCode: () => Promise.resolve({ directory: '~/code' }),
        now: () => performance.now(),
      },
    )
    assert.deepEqual((await target.capacity()).parts, ['gpu', 'spot', 'small'])
    const news: unknown[] = []
    using _watching = target.watch((handle) => news.push(handle))
    const handle = await target.submit(
      createAttempt('pwd; printf %s "$API_KEY"', sshd.home, { secrets: { API_KEY: 'x y' } }),
    )
    const { exit } = await end(target, handle)
    assert.equal(exit.exitCode, 0)
    assert.equal(await readAll(target, handle), `${join(sshd.home, 'code')}\nx y`)
    await until(() => news.includes(handle))

    const other = await target.submit(createAttempt('echo up; sleep 60', sshd.home))
    await until(async () => (await readAll(target, other)) === 'up\n')
    await target.cancel(other)
    assert.equal((await end(target, other)).exit.cause, 'cancelled')
  })
})
