import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ComputeTarget } from '../../src/compute/target.ts'
import { openCommandTarget } from '../../src/compute/targets/command.ts'
import { parseCommandOptions } from '../../src/compute/targets/command-options.ts'
import { createAttempt, createSpec, end, readAll, until } from './attempts.ts'

/** A system for jobs in three lines each: it starts a script by itself, knows processes, and copies the script as many do. */
const programs = {
  submit: 'cp "$2" "$0.$1"; cd /; setsid sh "$0.$1" >/dev/null 2>&1 </dev/null & echo "Your job $!"',
  status: 'for id; do if kill -0 $id 2>/dev/null; then echo "$id $USER R"; else echo "$id $USER C"; fi; done',
  cancel: 'kill -s TERM "$1"',
}

describe('jobs by commands', () => {
  let folder: string
  let target: ComputeTarget
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rw-command-'))
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
      await chmod(join(folder, name), 0o755)
    }
    const options = parseCommandOptions(
      {
        submit: [join(folder, 'submit'), '{key}', '{script}'],
        status: [join(folder, 'status'), '{ids}'],
        states: { Q: 'waiting', R: 'running', C: 'failed' },
        cancel: [join(folder, 'cancel'), '{id}'],
        folder: join(folder, 'jobs'),
      },
      'targets.mine',
    )
    target = await openCommandTarget(options, {
      env: process.env,
      trackingUrl: 'http://127.0.0.1:1',
      workspace: folder,
      name: 'mine',
      placeCode: () => Promise.resolve({ directory: join(folder, 'code') }),
      now: Date.now,
    })
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('run, and end as their wrapper says, whatever the system calls it', async () => {
    const attempt = createAttempt('echo "$WORD"; pwd; exit 7', folder, { env: { WORD: "it's $x" } })
    assert.equal(await target.find(attempt.key), undefined)
    const handle = await target.submit(attempt)
    const { exit } = await end(target, handle)

    assert.deepEqual([exit.exitCode, exit.cause], [7, 'exited'])
    assert.equal(await readAll(target, handle), `it's $x\n${join(folder, 'code')}\n`)
    assert.equal(await target.find(attempt.key), handle)
    await target.forget(handle)
    assert.deepEqual(await readdir(join(folder, 'jobs')), [])
  })

  it('are cancelled', async () => {
    const handle = await target.submit(createAttempt('sleep 60', folder))
    await until(async () => (await target.status([handle]))[0]?.state === 'running')
    await target.cancel(handle)
    assert.equal((await end(target, handle)).exit.cause, 'cancelled')
  })

  it('carry no secrets, and need the programs of their system', async () => {
    const spec = createSpec(['true'])
    await target.check(spec)
    await assert.rejects(target.check({ ...spec, secrets: ['API_KEY'] }), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('are described by templates that are checked', () => {
    const whole = { submit: ['a'], status: ['b'], states: { R: 'running' }, cancel: ['c'] }
    const code = 'INVALID_PARAMETER_VALUE'
    const parse = (more: object) => parseCommandOptions({ ...whole, ...more }, 'targets.mine')
    assert.throws(() => parse({ submit: ['a', '{jobid}'] }), { code, message: /targets\.mine\.submit.*placeholder/s })
    assert.throws(() => parse({ submit: 'qsub {key}' }), { code })
    assert.throws(() => parse({ submit: [] }), { code })
    assert.throws(() => parse({ states: { R: 'runs' } }), { code, message: /targets\.mine\.states\.R/ })
    assert.throws(() => parse({ cancel: undefined }), { code })
  })
})
