import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attempt, ComputeTarget, JobHandle } from '../../src/compute/target.ts'
import { slurmFiles } from '../../src/compute/targets/slurm-files.ts'
import type { PlacedCode } from '../../src/compute/targets/placed-code.ts'
import type { SlurmTargetOptions } from '../../src/compute/targets/slurm.ts'
import { jobFiles, wrapperExits } from '../../src/compute/wrapper/job-folder.ts'
import type { JobResources } from '../../src/protocol/jobs.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import type { SlurmServer } from '../servers/slurm.ts'
import { createAttempt, createSpec, end, printed, readAll, until } from './attempts.ts'
import { computeTargetContract } from './compute-target.ts'
import { openCluster } from './open-cluster.ts'
import { listCommandLines, listProcesses, readTree } from './processes.ts'

const openTarget = (
  server: SlurmServer,
  folder: string,
  options: Partial<SlurmTargetOptions> = {},
  more: Partial<PlacedCode> = {},
) =>
  openCluster(server, folder, options, {
    env: { LEAKED: 'leaked-from-the-engine' },
    directory: join(folder, 'code'),
    // Ten times as fast, lest a minute be waited for.
    now: () => performance.now() * 10,
    ...more,
  })

computeTargetContract(
  'slurm',
  async () => {
    const server = await openSlurm()
    const folder = await mkdtemp(join(tmpdir(), 'rw-jobs-'))
    return {
      workspace: folder,
      limitsMemory: true,
      open: () => openTarget(server, folder),
      readFiles: async () => (await readTree(folder)) + (await readTree(server.folder)),
      async occupy() {
        const env = { ...process.env, ...server.env }
        const words = ['--parsable', '--exclusive', '--output=/dev/null', '--wrap=sleep 60']
        const id = execFileSync('sbatch', words, { env, encoding: 'utf8' }).trim()
        await until(
          () => execFileSync('squeue', ['-h', '-o', '%t', '-j', id], { env, encoding: 'utf8' }).trim() === 'R',
        )
        return { [Symbol.asyncDispose]: () => Promise.resolve(void execFileSync('scancel', [id], { env })) }
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
  whyNoSlurm,
)

describe('jobs on Slurm', { skip: whyNoSlurm }, () => {
  let server: SlurmServer
  let folder: string
  let target: ComputeTarget
  const open = (options: Partial<SlurmTargetOptions> = {}) => openTarget(server, folder, options)
  before(async () => {
    server = await openSlurm()
    folder = await mkdtemp(join(tmpdir(), 'rw-jobs-'))
    target = await open()
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const shell = (script: string, resources: JobResources = {}, more: Partial<Attempt> = {}) => {
    return createAttempt(script, folder, { spec: createSpec(['sh', '-c', script], { resources }), ...more })
  }
  const run = async (attempt: Attempt, on = target) => {
    const handle = await on.submit(attempt)
    const { exit } = await end(on, handle)
    return { handle, exit, said: await readAll(on, handle) }
  }
  /** Stops whoever stands by a command, so that Slurm alone sees to its end. */
  const stopWrapper = async (handle: JobHandle) => {
    for (const file of [jobFiles.owner, jobFiles.parent]) {
      const text = await readFile(join(folder, 'jobs', handle, file), 'utf8')
      process.kill(Number(text.split(' ')[0]), 'SIGSTOP')
    }
  }
  const state = async (handle: JobHandle, on = target) => (await on.status([handle]))[0]

  it('run with the resources they ask for, and end with their exit code', async () => {
    const script = 'echo "gpus $CUDA_VISIBLE_DEVICES, leaked <$LEAKED>, mine $MINE"; pwd; exit 7'
    const { exit, said } = await run(
      shell(script, { gpus: 2, cpus: 2, memoryBytes: 2 ** 28 }, { env: { MINE: 'a b' } }),
    )

    assert.deepEqual([exit.exitCode, exit.signal, exit.cause], [7, null, 'exited'])
    assert.equal(said, `gpus 0,1, leaked <>, mine a b\n${join(folder, 'code')}\n`)
  })

  it('wait for a reason that is said in words, and are cancelled in each state', async () => {
    const all = await target.submit(shell('echo up; sleep 60', { gpus: 4 }))
    const next = await target.submit(shell('sleep 60', { gpus: 4 }))
    await until(async () => (await readAll(target, all)) === 'up\n')
    assert.equal((await state(all))?.state, 'running')
    await until(async () => {
      const status = await state(next)
      return status?.state === 'waiting' && /\((Resources|Priority)\)/.test(status.reason)
    })
    await target.cancel(next)
    assert.equal((await end(target, next)).exit.cause, 'cancelled')
    await target.cancel(all)
    const { exit } = await end(target, all)
    assert.deepEqual([exit.cause, exit.signal], ['cancelled', 'SIGTERM'])
    await target.cancel(all)
  })

  describe('are ended', () => {
    const eat = `python3 -c "
import time
data = bytearray(300 << 20)
for i in range(0, len(data), 4096): data[i] = 1
time.sleep(20)"`
    /** What Slurm does when the time is over that it gives a job. */
    const letTimeOut = async (handle: JobHandle) => {
      const id = (await readFile(join(folder, 'jobs', handle, slurmFiles.ids), 'utf8')).trim()
      execFileSync('scontrol', ['update', `jobid=${id}`, 'endtime=now+1'], { env: { ...process.env, ...server.env } })
    }

    it('at their time limit, by the wrapper', async () => {
      const { exit } = await run(shell('sleep 60', { timeLimitSeconds: 1 }))
      assert.deepEqual([exit.cause, exit.signal], ['time-limit', 'SIGTERM'])
    })

    it('at the time limit that Slurm has for them, though their wrapper cannot see to it', async () => {
      const handles = await Promise.all(
        [shell('echo on; exec sleep 60'), shell('echo on; sleep 60')].map(target.submit),
      )
      for (const handle of handles) await printed(target, handle, 'on')
      await stopWrapper(handles[1] ?? '')
      for (const handle of handles) await letTimeOut(handle)
      const ends = await Promise.all(handles.map((handle) => end(target, handle)))
      assert.deepEqual(
        ends.map(({ exit }) => exit.cause),
        ['time-limit', 'time-limit'],
      )
    })

    it('for the memory they take, by the wrapper or by Slurm', async () => {
      const { exit } = await run(shell(eat, { memoryBytes: 100 * 2 ** 20 }))
      assert.equal(exit.cause, 'out-of-memory')
      await using tight = await open({ extra: ['--mem=100M'] })
      const other = await run(shell(`echo on; ${eat}; echo off`), tight)
      assert.equal(other.exit.cause, 'out-of-memory', other.said)
    })

    it('for the memory they take, though their wrapper cannot record it', async () => {
      await using tight = await open({ extra: ['--mem=100M'] })
      const go = join(folder, 'go')
      const handle = await tight.submit(shell(`echo on; until [ -e ${go} ]; do sleep 0.1; done; ${eat}`))
      await printed(tight, handle, 'on')
      await stopWrapper(handle)
      await writeFile(go, '')
      assert.equal((await end(tight, handle)).exit.cause, 'out-of-memory')
    })

    it('for the memory and the time that their environment takes to be built', async () => {
      await using hungry = await openTarget(server, folder, {}, { prepare: `echo builds\n${eat} || exit $?\n` })
      const fat = await run(shell('echo never', { memoryBytes: 100 * 2 ** 20 }), hungry)
      assert.deepEqual([fat.exit.cause, /never/.test(fat.said)], ['out-of-memory', false])
      await using slow = await openTarget(server, folder, {}, { prepare: 'echo builds\nsleep 60\n' })
      const late = await run(shell('echo never', { timeLimitSeconds: 1 }), slow)
      assert.deepEqual([late.exit.cause, /never/.test(late.said)], ['time-limit', false])
    })
  })

  it('have their secrets in their environment alone', async () => {
    const listPipes = async () =>
      (await readdir(tmpdir())).filter((name) => existsSync(join(tmpdir(), name, 'secrets')))
    const before = await listPipes()
    const secret = randomBytes(12).toString('hex')
    const attempt = shell('printf %s "$API_KEY" | wc -c; sleep 2', {}, { secrets: { API_KEY: secret } })
    const handle = await target.submit(attempt)
    const ending = end(target, handle)
    const lines: string[] = []
    for (let round = 0; round < 20; round++) {
      lines.push(...(await listCommandLines()))
      await delay(100)
    }
    const { exit } = await ending

    assert.deepEqual([exit.exitCode, (await readAll(target, handle)).trim()], [0, '24'])
    assert.equal(lines.join('').includes(secret), false)
    assert.equal(((await readTree(folder)) + (await readTree(server.folder))).includes(secret), false)
    assert.deepEqual(await listPipes(), before)
  })

  it('are asked for a checkpoint', async () => {
    const script = `trap 'echo saved; exit 0' USR1; echo ready; while :; do sleep 0.1; done`
    const handle = await target.submit(shell(script))
    await until(async () => (await readAll(target, handle)) === 'ready\n')
    await target.requestCheckpoint(handle)
    assert.equal((await end(target, handle)).exit.exitCode, 0)
    assert.equal(await readAll(target, handle), 'ready\nsaved\n')
  })

  describe('that are preempted', () => {
    let spot: ComputeTarget
    before(async () => (spot = await open({ partition: 'spot' })))
    after(() => spot[Symbol.asyncDispose]())
    /** Runs a job that is to be preempted as soon as it has printed that it is on for the first time. */
    const start = async (script: string, gpus: number) => {
      const whole = `echo start >>"$0"; n=$(wc -l <"$0"); ${script}`
      const file = join(folder, `starts-${randomBytes(4).toString('hex')}`)
      const spec = createSpec(['sh', '-c', whole, file], { resources: { gpus } })
      const handle = await spot.submit(createAttempt('', folder, { spec }))
      await until(async () => (await readAll(spot, handle)) === 'on 1\n')
      return handle
    }
    const preempt = async () => assert.equal((await run(shell('echo mine', { gpus: 4 }))).exit.exitCode, 0)
    const polite = 'echo on $n; [ $n -gt 1 ] || exec sleep 60'

    it('come back under the same key and go on', async () => {
      const handle = await start(polite, 4)
      await preempt()
      const { exit } = await end(spot, handle)
      assert.deepEqual([exit.exitCode, exit.cause], [0, 'exited'])
      assert.equal(await readAll(spot, handle), 'on 1\non 2\n')
    })

    it('come back though they do not listen, or Slurm kills them with their wrapper', async () => {
      const deaf = await start(`trap '' TERM; echo on $n; [ $n -gt 1 ] || while :; do sleep 0.1; done`, 2)
      const killed = await start(polite, 2)
      await stopWrapper(killed)
      await preempt()
      for (const handle of [deaf, killed]) {
        const { exit } = await end(spot, handle)
        assert.deepEqual([exit.exitCode, exit.cause], [0, 'exited'])
        assert.equal(await readAll(spot, handle), 'on 1\non 2\n')
      }
    })

    it('and that Slurm does not start again have ended, and no start of them can follow', async () => {
      const handle = await start(polite, 4)
      const id = (await readFile(join(folder, 'jobs', handle, slurmFiles.ids), 'utf8')).trim()
      execFileSync('scontrol', ['update', `jobid=${id}`, 'requeue=0'], { env: { ...process.env, ...server.env } })
      await preempt()
      const { exit } = await end(spot, handle)
      assert.equal(exit.cause, 'preempted')
      const job = join(folder, 'jobs', handle)
      assert.equal(spawnSync('sh', [join(job, jobFiles.wrapper), job]).status, wrapperExits.refused)
      assert.deepEqual((await end(spot, handle)).exit, exit)
      assert.equal(await readAll(spot, handle), 'on 1\n')
    })
  })

  it('whose script is killed on its node are told to have been killed, and run no second time', async () => {
    const handle = await target.submit(shell('echo on; sleep 60'))
    await printed(target, handle, 'on')
    const owner = Number((await readFile(join(folder, 'jobs', handle, jobFiles.owner), 'utf8')).split(' ')[0])
    const wrapper = (await listProcesses()).find(({ pid }) => pid === owner)
    assert(wrapper !== undefined)
    process.kill(wrapper.parent, 'SIGKILL')
    const { exit } = await end(target, handle)
    assert.deepEqual([exit.exitCode, exit.signal, exit.cause], [null, 'SIGKILL', 'exited'])
    assert.equal(await readAll(target, handle), 'on\n')
  })

  it('are found by their key, and removed', async () => {
    const attempt = shell('sleep 1')
    assert.equal(await target.find(attempt.key), undefined)
    const handle = await target.submit(attempt)
    assert.equal(await target.find(attempt.key), handle)
    await end(target, handle)
    assert.equal(await target.find(attempt.key), handle)
    await target.forget(handle)
    assert.equal(existsSync(join(folder, 'jobs', attempt.key)), false)
  })

  it('that Slurm would never run are refused with what to do, and leave nothing', async () => {
    const { spec } = shell('true')
    const check = (resources: JobResources, on = target) => on.check({ ...spec, resources })
    const code = 'INVALID_PARAMETER_VALUE'
    await assert.rejects(check({ gpus: 5 }), { code, message: /nodes with 4 GPUs at most, and the job asks for 5/ })
    await assert.rejects(check({ nodes: 2 }), { code, message: /has 1 nodes/ })
    await assert.rejects(check({ memoryBytes: 2 ** 50 }), { code })
    await using wrong = await open({ partition: 'nope' })
    await assert.rejects(check({}, wrong), { code, message: /no partition "nope"/, hint: /gpu, spot, small/ })
    await using small = await open({ partition: 'small' })
    await assert.rejects(check({ timeLimitSeconds: 600 }, small), { code, message: /allows 60 seconds/ })
    await check({ timeLimitSeconds: 60 }, small)
    await using odd = await open({ gpuType: 'h100' })
    await assert.rejects(check({ gpus: 1 }, odd), { code, message: /configuration is not available/ })

    const before = await readdir(join(folder, 'jobs'))
    await assert.rejects(wrong.submit(shell('true')), { code, message: /invalid partition/i })
    assert.deepEqual(await readdir(join(folder, 'jobs')), before)
  })

  it('run once and are known to the end while daemons die', async () => {
    const script = 'echo start; for i in 1 2 3 4 5 6 7 8; do sleep 1; echo $i; done'
    const attempts = Array.from({ length: 6 }, () => shell(script))
    const handles = await Promise.all(attempts.map((attempt) => target.submit(attempt)))
    await server.kill9('slurmctld')
    await assert.rejects(target.status(handles), { code: 'TEMPORARILY_UNAVAILABLE' })
    await server.start()
    await server.kill9('slurmd-n1')
    await delay(500)
    await server.start()
    await server.kill9('slurmctld')
    await server.kill9('slurmd-n1')
    await server.start()
    const ends = await Promise.all(handles.map((handle) => end(target, handle)))
    assert.deepEqual(new Set(ends.map(({ exit }) => `${exit.exitCode} ${exit.cause}`)), new Set(['0 exited']))
    for (const handle of handles) {
      assert.equal(await readAll(target, handle), 'start\n1\n2\n3\n4\n5\n6\n7\n8\n')
    }
  })

  it('cost one question for many', async () => {
    const handles = await Promise.all(Array.from({ length: 20 }, () => target.submit(shell('sleep 0.1'))))
    await Promise.all(handles.map((handle) => end(target, handle)))
    assert.deepEqual(new Set((await target.status(handles)).map(({ state }) => state)), new Set(['ended']))
  })

  it('that the controller has forgotten are submitted again if they had not begun, and are gone if they had', async () => {
    // One process: of several, Slurm kills one after the other, and a shell whose child dies first goes on.
    const lines = `import time; print('begun', flush=True); time.sleep(8); print('done')`
    const begun = await target.submit(shell(`exec python3 -c "${lines}"`, { gpus: 4 }))
    await until(async () => (await readAll(target, begun)) === 'begun\n')
    const waiting = await target.submit(shell('echo once', { gpus: 4 }))
    assert.equal((await state(waiting))?.state, 'waiting')
    await server.kill9('slurmctld')
    for (const name of await readdir(join(server.folder, 'state'))) {
      if (name.startsWith('job_state')) await rm(join(server.folder, 'state', name))
    }
    await server.start()

    assert.deepEqual(await state(waiting), {
      state: 'waiting',
      reason: 'was forgotten by Slurm and has been submitted again',
    })
    assert.equal((await end(target, waiting)).exit.exitCode, 0)
    assert.equal(await readAll(target, waiting), 'once\n')
    // Its node has ended it without a word, for nobody knew it; or has gone on, for another job had got its id.
    await until(async () => /^(ended|gone)$/.test((await state(begun))?.state ?? ''))
    const isWhole = (await state(begun))?.state === 'ended'
    assert.equal(await readAll(target, begun), isWhole ? 'begun\ndone\n' : 'begun\n')
  })
})
