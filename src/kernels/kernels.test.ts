import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  type ExecutionId,
  type KernelId,
  parseExecutionId,
  parseKernelId,
  type RecordBody,
} from '../protocol/kernels.ts'
import { openJournalWriter } from './journal-writer.ts'
import { openKernels } from './kernels.ts'
import { createKernelMethods } from './methods.ts'

let root: string
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'runwright-kernels-'))))
afterEach(() => rmSync(root, { recursive: true }))

const kernelId: KernelId = parseKernelId('a'.repeat(32)) ?? assert.fail()
const executionOf = (digit: string): ExecutionId => parseExecutionId(digit.repeat(32)) ?? assert.fail()

function open() {
  return openKernels({
    folder: join(root, 'kernels'),
    workspace: root,
    home: root,
    env: {},
    trackingEnv: () => ({}),
    relay: undefined,
    now: () => 7,
    changed: () => {},
    onError: (error) => assert.fail(String(error)),
  })
}

/** What a kernel leaves whose keeper was killed. */
function leaveKernel(records: readonly RecordBody[], mode = 0o600): void {
  const folder = join(root, 'kernels', kernelId)
  mkdirSync(folder, { recursive: true })
  const environment = {
    environmentId: 'venv:/x',
    kind: 'venv',
    name: 'x',
    language: 'python',
    interpreter: '/x',
    hasKernel: true,
    isOfWorkspace: false,
  }
  const settings = {
    kernelId,
    name: 'mine',
    environment,
    workingDirectory: root,
    startedAt: 5,
    argv: ['/x'],
    env: {},
    isInterruptedByMessage: false,
  }
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(settings))
  chmodSync(join(folder, 'kernel.json'), mode)
  using writer = openJournalWriter(join(folder, 'journal'))
  if (records.length > 0) writer.append(records, 6)
}

const queued = (executionId: ExecutionId): RecordBody => ({ kind: 'queued', executionId, cell: 'c', code: '1' })

describe('kernels that are found', () => {
  it('are dead without their keeper; what ran is lost, what waited is aborted, and both are told once', async () => {
    const [done, running, waiting] = [executionOf('1'), executionOf('2'), executionOf('3')]
    leaveKernel([
      queued(done),
      { kind: 'started', executionId: done },
      { kind: 'ended', executionId: done, status: 'ok', executionCount: 1 },
      queued(running),
      { kind: 'started', executionId: running },
      queued(waiting),
    ])
    for (const round of [1, 2]) {
      using kernels = await open()
      const methods = createKernelMethods(kernels)
      const [kernel] = kernels.list()
      assert.deepEqual([kernel?.name, kernel?.status, kernel?.lastSeq], ['mine', 'dead', 9], `round ${round}`)
      const { executions } = await methods['kernels/executions'].run({ kernelId })
      assert.deepEqual(
        executions.map(({ status }) => status),
        ['ok', 'lost', 'aborted'],
      )
      const { records } = await methods['kernels/read'].run({ kernelId, after: 6 })
      assert.deepEqual(
        records.map((record) => [record.seq, record.kind, 'status' in record ? record.status : '']),
        [
          [7, 'ended', 'lost'],
          [8, 'ended', 'aborted'],
          [9, 'kernel', 'dead'],
        ],
      )
    }
  })

  it('are nobody’s when others may write down what they are', async () => {
    leaveKernel([], 0o644)
    using kernels = await open()
    assert.deepEqual(kernels.list(), [])
  })

  it('are gone with their journal once they are shut down', async () => {
    leaveKernel([queued(executionOf('1'))])
    using kernels = await open()
    await kernels.shutdown(kernelId)
    await kernels.shutdown(kernelId)
    assert.throws(() => kernels.get(kernelId), { code: 'RESOURCE_DOES_NOT_EXIST' })
    using later = await open()
    assert.deepEqual(later.list(), [])
  })

  it('take nothing while they are dead, and cannot be restarted where none can be started', async () => {
    leaveKernel([])
    using kernels = await open()
    const methods = createKernelMethods(kernels)
    assert.throws(() => methods['kernels/interrupt'].run({ kernelId }), { code: 'INVALID_STATE' })
    await assert.rejects(kernels.restart(kernelId), { code: 'NOT_IMPLEMENTED' })
  })

  it('wait for news no longer than they are asked to', async () => {
    leaveKernel([])
    using kernels = await open()
    const { lastSeq } = kernels.get(kernelId).describe()
    const read = createKernelMethods(kernels)['kernels/read']
    const page = await read.run({ kernelId, after: lastSeq, waitMs: 50 })
    assert.deepEqual(page, { records: [], next: lastSeq, hasMore: false, droppedCount: 0 })
  })
})

describe('what is asked of kernels', () => {
  const start = { kernelId, environmentId: 'x' }
  const execute = { kernelId, executionId: executionOf('1'), code: '' }
  for (const [what, method, params] of [
    ['an id that is none', 'kernels/get', { kernelId: 'x' }],
    ['a folder outside', 'kernels/start', { ...start, workingDirectory: '../x' }],
    ['a folder outside, in the midst', 'kernels/start', { ...start, workingDirectory: 'a/../../x' }],
    ['an absolute folder', 'kernels/start', { ...start, workingDirectory: '/etc' }],
    ['code that is none', 'kernels/execute', { ...execute, code: 1 }],
    ['a cell of any length', 'kernels/execute', { ...execute, cell: 'x'.repeat(201) }],
    ['a cursor below nothing', 'kernels/read', { kernelId, after: -1 }],
    ['a wait of any length', 'kernels/read', { kernelId, after: 0, waitMs: 1e9 }],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      using kernels = await open()
      assert.throws(() => createKernelMethods(kernels)[method].parse(params), { code: 'INVALID_PARAMETER_VALUE' })
    })
  }
})
