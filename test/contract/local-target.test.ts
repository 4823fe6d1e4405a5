import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ComputeTarget } from '../../src/compute/target.ts'
import { openLocalTarget } from '../../src/compute/targets/local.ts'
import type { JobSpec } from '../../src/protocol/jobs.ts'
import { computeTargetContract } from './compute-target.ts'
import { createAttempt, createSpec, end, getStatus, printed, readAll, until } from './attempts.ts'
import { listCommandLines, readTree } from './processes.ts'

const open = (workspace: string, more: Partial<Parameters<typeof openLocalTarget>[0]> = {}) =>
  openLocalTarget({
    workspace,
    env: process.env,
    listGpus: () => Promise.resolve([]),
    placeCode: () => Promise.reject(new Error('no code')),
    ...more,
  })

/** A workspace whose name no shell must take apart. */
const createWorkspace = () => mkdtemp(join(tmpdir(), "it's a $(workspace) *-"))

computeTargetContract('local', async () => {
  const workspace = await createWorkspace()
  return {
    workspace,
    limitsMemory: true,
    open: () => Promise.resolve(open(workspace)),
    readFiles: () => readTree(workspace),
    [Symbol.asyncDispose]: () => rm(workspace, { recursive: true, force: true }),
  }
})

describe('jobs on this machine', () => {
  let workspace: string
  let target: ComputeTarget
  const shell = (script: string) => createAttempt(script, workspace)
  const jobs = () => join(workspace, '.runwright', 'jobs')
  before(async () => {
    workspace = await createWorkspace()
    target = open(workspace)
  })
  after(() => rm(workspace, { recursive: true, force: true }))

  it('run in their working directory', async () => {
    await mkdir(join(workspace, 'sub folder'))
    const spec = createSpec(['pwd'], { workingDirectory: 'sub folder' })
    const handle = await target.submit({ ...shell(''), spec })
    await end(target, handle)
    assert.equal(await readAll(target, handle), `${join(workspace, 'sub folder')}\n`)
  })

  it('that are isolated run in their own copy of the code, which goes with them', async () => {
    let placed = ''
    const own = open(workspace, {
      placeCode: async (_, folder) => {
        placed = folder
        await mkdir(join(folder, 'sub'), { recursive: true })
        await writeFile(join(folder, 'sub/train.sh'), 'echo "$0"')
        return { directory: join(folder, 'sub') }
      },
    })
    const spec = createSpec(['sh', 'train.sh'], { isIsolated: true })
    const handle = await own.submit({ ...shell(''), spec })
    assert.equal((await end(own, handle)).exit.exitCode, 0)
    assert.equal(await readAll(own, handle), 'train.sh\n')
    await own.forget(handle)
    assert.equal((await readdir(jobs())).includes(handle), false)
    assert(placed.startsWith(jobs()))
  })

  it('whose code cannot be had leave nothing behind', async () => {
    const attempt = { ...shell('true'), spec: createSpec(['true'], { isIsolated: true }) }
    await assert.rejects(target.submit(attempt), /no code/)
    assert.equal(await target.find(attempt.key), undefined)
    assert.equal((await readdir(jobs())).includes(attempt.key), false)
  })

  it('see the GPUs that they were given and no others', async () => {
    const gpus = ['GPU-1', 'GPU-2'].map((uuid) => ({
      uuid,
      name: 'A',
      vendor: 'nvidia' as const,
      isMemoryUnified: false,
    }))
    const own = open(workspace, { listGpus: () => Promise.resolve(gpus) })
    const outputs = ['GPU-2', ''].map(async (uuid) => {
      const attempt = { ...shell('echo "[$CUDA_VISIBLE_DEVICES]"'), gpus: uuid === '' ? [] : [uuid] }
      const handle = await own.submit(attempt)
      await end(own, handle)
      return readAll(own, handle)
    })
    assert.deepEqual(await Promise.all(outputs), ['[GPU-2]\n', '[]\n'])
  })

  it('that begin after they were cancelled run nothing', async () => {
    const attempt = shell('echo ran')
    await mkdir(join(jobs(), attempt.key), { recursive: true })
    await target.cancel(attempt.key)
    const handle = await target.submit(attempt)
    assert.equal((await end(target, handle)).exit.cause, 'cancelled')
    assert.equal(await readAll(target, handle), '')
  })

  it('of which it was said that they are gone never begin', async () => {
    const attempt = shell('echo ran')
    await mkdir(join(jobs(), attempt.key), { recursive: true })
    assert.equal((await getStatus(target, attempt.key)).state, 'gone')
    await target.submit(attempt)
    assert.equal(await readAll(target, attempt.key), '')
  })

  it('whose wrapper was killed whole are gone, and so are their processes', async () => {
    const handle = await target.submit(shell('echo on; sleep 7654321'))
    await printed(target, handle, 'on')
    for (const name of ['owner', 'parent']) {
      const text = await readFile(join(jobs(), handle, 'claim', name), 'utf8')
      process.kill(Number.parseInt(text, 10), 'SIGKILL')
    }
    await until(async () => (await getStatus(target, handle)).state === 'gone')
    await until(async () => !(await listCommandLines()).includes('sleep 7654321'))
    await target.forget(handle)
  })

  it('are refused where they could never start, before anything is left', async () => {
    const check = (command: readonly string[], more: Partial<JobSpec> = {}) => target.check(createSpec(command, more))
    const refused = (message: RegExp) => ({ code: 'INVALID_PARAMETER_VALUE', message })
    await assert.rejects(check(['nosuchprogram']), refused(/"nosuchprogram" is not on the PATH/))
    await assert.rejects(check(['./nosuch']), refused(/no program \.\/nosuch/))
    await assert.rejects(check([]), refused(/no command/))
    await assert.rejects(check(['true'], { workingDirectory: 'nosuch' }), refused(/no folder nosuch/))
    await assert.rejects(check(['true'], { workingDirectory: '../x' }), refused(/not in the workspace/))
    await assert.rejects(check(['true'], { resources: { nodes: 2 } }), refused(/one node/))
    await assert.rejects(check(['true'], { env: { 'A-B': '1' } }), refused(/"A-B"/))
    await check(['true'], { workingDirectory: 'not-checked-out', isIsolated: true })
    await check(['/bin/sh', '-c', 'exit 1'])
  })

  it('have handles that name no other folder', async () => {
    await assert.rejects(target.forget('..'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await assert.rejects(target.cancel(`../jobs/x`), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
