import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../../base/node-command.ts'
import { writeModelFile } from '../../onnx/model-file.ts'
import { writeArrayFile } from '../../onnx/npz.ts'
import { compressFile } from '../compress-file.ts'
import { findPass } from '../apply-pass.ts'
import { parseGoal } from '../goals.ts'
import { openEvaluation } from '../open-evaluation.ts'
import { searchModels, type SearchEvent } from '../search.ts'
import { parseProfile } from '../targets.ts'
import { layeredModel } from './test-search.ts'

const worker = fileURLToPath(new URL('../../onnx/test-crashing-worker.ts', import.meta.url))

describe('a search whose processes end', { timeout: 300_000, skip: process.platform !== 'linux' }, () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  const { signal } = new AbortController()
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-search-faults-'))
    await writeModelFile(layeredModel(), file('model.onnx'))
    const data = Float32Array.from({ length: 16 * 64 }, (_, index) => Math.sin(index * 1.3))
    await writeArrayFile(file('data.npz'), new Map([['x', { dtype: 'float32', dims: [16, 64], data }]]))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function search(name: string, runtime: NodeCommand, told: (event: SearchEvent) => Promise<void> | void) {
    const profile = parseProfile('this-machine,threads=1')
    const plan = { rounds: 2, budgetMs: 10, maxRuns: 4 }
    const given = { model: file('model.onnx'), data: file('data.npz'), readers: {}, profile, plan, signal, runtime }
    await using evaluation = await openEvaluation(given)
    let working: Promise<void> | void
    return await searchModels({
      model: given.model,
      folder: file(name),
      isResumed: false,
      goals: [parseGoal('max-error<=100')],
      passes: ['fp16', 'weight-int8', 'weight-int4'].map(findPass),
      context: evaluation.context,
      async evaluate(path) {
        await working
        return await evaluation.evaluate(path)
      },
      compare: (bytes) => evaluation.compare(bytes),
      budgetMs: 1e9,
      now: () => 0,
      tell: (event) => (working = told(event)),
      record: () => Promise.resolve(),
    })
  }
  const command = (env: Record<string, string>): NodeCommand => ({ file: process.execPath, args: [worker], env })

  it('has one candidate that failed when the runtime crashes on it, and goes on', async () => {
    await compressFile(file('model.onnx'), file('fp16.onnx'), [{ pass: 'fp16' }], { signal })
    const { size } = await stat(file('fp16.onnx'))
    const { candidates, refusals } = await search('crash', command({ RUNWRIGHT_TEST_FAULT: String(size) }), () => {})
    const reason = refusals.find((refusal) => refusal.name === 'fp16')?.reason
    assert.match(reason ?? '', /crashed ONNX Runtime \(SIGSEGV\)/)
    const names = candidates.map((candidate) => candidate.name)
    assert.ok(names.includes('weight-int8') && names.includes('weight-int4'), names.join())
  })

  it('opens the original again when its process is ended from outside', async () => {
    let ended = 0
    const { candidates, refusals } = await search('killed', command({}), async (event) => {
      if (event.kind !== 'measured' || ended > 0) return
      // Between two candidates there are the original's, and the one for passes.
      for (const pid of await listWorkers()) {
        process.kill(pid, 'SIGKILL')
        ended += 1
      }
    })
    assert.ok(ended > 0)
    const names = candidates.map((candidate) => candidate.name)
    for (const pass of ['fp16', 'weight-int8', 'weight-int4']) assert.ok(names.includes(pass), JSON.stringify(refusals))
  })
})

/** Processes of this one that run models. */
async function listWorkers(): Promise<number[]> {
  const found: number[] = []
  for (const thread of await readdir(`/proc/${process.pid}/task`)) {
    const children = await readFile(`/proc/${process.pid}/task/${thread}/children`, 'utf8').catch(() => '')
    for (const pid of children.trim().split(' ').filter(Boolean)) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (line.includes(worker)) found.push(Number(pid))
    }
  }
  return found
}
