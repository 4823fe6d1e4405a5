import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ExecutionId, type KernelId, parseExecutionId, parseKernelId } from '../../protocol/kernels.ts'
import type { KeptValues } from './kept-values.ts'
import { createNotebookMemory } from './notebook-memory.ts'
import { newEnvironment } from './test-environment.ts'

const environment = newEnvironment({ name: '.venv' })
const uri = 'file:///work/a.ipynb'

/** As a file's: what is kept has been through JSON. */
function newValues(): KeptValues {
  const values = new Map<string, string>()
  return {
    get: (key) => JSON.parse(values.get(key) ?? 'null') ?? undefined,
    update: (key, value) => void values.set(key, JSON.stringify(value)),
  }
}

function kernelId(digit: string): KernelId {
  return parseKernelId(digit.repeat(32)) ?? assert.fail()
}

function executionId(digit: string): ExecutionId {
  return parseExecutionId(digit.repeat(32)) ?? assert.fail()
}

describe('what a window remembers of notebooks', () => {
  it('is there again after a reload: the kernel, and what has not ended', () => {
    const values = newValues()
    const before = createNotebookMemory(values)
    before.setKernel(uri, { kernelId: kernelId('a'), environment, isShared: false })
    before.opened(uri, executionId('1'))
    before.opened(uri, executionId('2'))
    before.ended(uri, executionId('1'))
    const after = createNotebookMemory(values)
    assert.deepEqual(after.of(uri), {
      kernelId: kernelId('a'),
      environment,
      isShared: false,
      isLeft: false,
      open: [executionId('2')],
    })
    assert.deepEqual(after.recent(), [environment.environmentId])
  })

  it('keeps what has not ended when the same kernel is given again, and not when another is', () => {
    const memory = createNotebookMemory(newValues())
    memory.setKernel(uri, { kernelId: kernelId('a'), environment, isShared: false })
    memory.opened(uri, executionId('1'))
    memory.setKernel(uri, { kernelId: kernelId('a'), environment, isShared: false })
    assert.deepEqual(memory.of(uri)?.open, [executionId('1')])
    memory.setKernel(uri, { kernelId: kernelId('b'), environment, isShared: false })
    assert.deepEqual(memory.of(uri)?.open, [])
  })

  it('knows which notebooks were given another kernel, until they are given theirs again', () => {
    const memory = createNotebookMemory(newValues())
    memory.setKernel(uri, { kernelId: kernelId('a'), environment, isShared: true })
    memory.setLeft(uri, true)
    assert.deepEqual([memory.of(uri)?.isLeft, memory.of(uri)?.isShared], [true, true])
    memory.setLeft(uri, false)
    assert.equal(memory.of(uri)?.isLeft, false)
  })

  it('has environments with the last used first', () => {
    const memory = createNotebookMemory(newValues())
    for (const name of ['a', 'b', 'a']) {
      memory.setKernel(uri, {
        kernelId: kernelId('a'),
        environment: newEnvironment({ name, environmentId: name }),
        isShared: false,
      })
    }
    assert.deepEqual(memory.recent(), ['a', 'b'])
  })

  it('is bounded, and forgets what was chosen longest ago', () => {
    const memory = createNotebookMemory(newValues())
    for (let index = 0; index < 201; index++)
      memory.setKernel(`n${index}`, { kernelId: kernelId('a'), environment, isShared: false })
    assert.equal(memory.of('n0'), undefined)
    assert.equal(memory.list().length, 200)
  })

  it('leaves out what it does not know the form of', () => {
    const values: Record<string, unknown> = {
      notebooks: {
        a: 1,
        b: { kernelId: 'x', environment },
        c: { kernelId: kernelId('c'), environment, open: [7, 'x'] },
      },
      recentEnvironments: 'none',
    }
    const memory = createNotebookMemory({ get: (key) => values[key], update: () => {} })
    assert.deepEqual(memory.list(), [
      { kernelId: kernelId('c'), environment, isShared: false, isLeft: false, open: [] },
    ])
    assert.deepEqual(memory.recent(), [])
  })
})
