import assert from 'node:assert/strict'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { writeFullOutput } from '../../src/extension/notebook/full-output.ts'
import { openKeptValues } from '../../src/extension/notebook/kept-values.ts'
import { findCutOutput } from '../../src/extension/notebook/output-status.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { KernelEnvironment, KernelId } from '../../src/protocol/kernels.ts'
import { until } from '../until.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'
import { type MemoryWindow, openMemoryWindow } from './memory-notebook.ts'

const notebook = 'file:///notebook.ipynb'

function numbersTo(count: number): string {
  return Array.from({ length: count }, (_, number) => `${number}\n`).join('')
}

/** Prints flushed numbers until a file is there, and then how many they were into another. */
function printUntil(name: string): string {
  return `import os, time
number = 0
while not os.path.exists('${name}'):
    print(number, flush=True)
    number += 1
    time.sleep(0.002)
open('${name}.count', 'w').write(str(number))`
}

describe('the cells of a notebook', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let client: Client
  let environment: KernelEnvironment
  /** Of the file that windows keep what they know in. */
  let keptCount = 0

  before(async () => {
    workspace = resources.use(await createTestWorkspace())
    await symlink(join(import.meta.dirname, '../python/.venv'), join(workspace.path, '.venv'))
    client = await workspace.connect()
    resources.defer(async () => {
      const { kernels } = await client.call('kernels/list', {})
      for (const { kernelId } of kernels) await client.call('kernels/shutdown', { kernelId })
      await client[Symbol.asyncDispose]()
    })
    const { environments } = await client.call('kernels/environments', {})
    environment = environments.find(({ isOfWorkspace }) => isOfWorkspace) ?? assert.fail('no environment')
  })
  after(() => resources.disposeAsync())

  /** A window that knows what the one before it has known. */
  const open = (sources: readonly string[], answer?: (prompt: string) => string): MemoryWindow =>
    openMemoryWindow({
      folder: workspace.path,
      environment,
      values: openKeptValues(join(workspace.path, `kept-${keptCount}.json`), (error) => assert.fail(String(error))),
      sources,
      client: () => client,
      ...(answer === undefined ? {} : { answer }),
    })

  const kernelOf = ({ memory }: MemoryWindow): KernelId => memory.of(notebook)?.kernelId ?? assert.fail('no kernel')

  describe('in one window', () => {
    it('run in the order they were asked for, and what is said within a frame is one act', async () => {
      const window = open([`for number in range(2000): print(number, flush=True)`, `print('next')`, `print('last')`])
      await Promise.all([window.run(0, 1), window.run(2)])
      const [first, second, third] = window.cells
      assert.equal(first?.text(), numbersTo(2000))
      assert.ok(first.actCount < 500, `${first.actCount} acts`)
      assert.deepEqual([second?.text(), third?.text()], ['next\n', 'last\n'])
      const orders = window.cells.map(({ executionOrder = NaN }) => executionOrder)
      assert.deepEqual(
        orders.map((order) => order - (orders[0] ?? NaN)),
        [0, 1, 2],
      )
      assert.ok(window.cells.every(({ success }) => success))
    })

    it('end as their kernel says: one that failed takes those behind it from the queue', async () => {
      // In a kernel that is there, it has failed before all of them are asked for.
      const behind = Array.from({ length: 50 }, () => `print('no')`)
      const window = open([`'ready'`, `1 / 0`, ...behind])
      await window.run(0)
      await window.run(...[...window.cells.keys()].slice(1))
      const [, failed, ...others] = window.cells
      assert.equal(failed?.success, false)
      assert.match(failed.errors().join(''), /ZeroDivisionError/)
      assert.deepEqual(
        others.map(({ state, success, outputs }) => [state, success, outputs]),
        behind.map(() => ['ended', undefined, []]),
      )
    })

    it('change displays that were shown before, in whichever cell', async () => {
      const first = `from IPython.display import HTML, display\nshown = display(HTML('<b>one</b>'), display_id=True)`
      const window = open([first, `shown.update(HTML('<b>two</b>'))`])
      await window.run(0, 1)
      const [html] = window.cells[0]?.outputs[0]?.items.filter(({ mime }) => mime === 'text/html') ?? []
      assert.equal(Buffer.from(html?.data ?? []).toString(), '<b>two</b>')
      assert.deepEqual(window.cells[1]?.outputs, [])
    })

    it('ask what they want to know', async () => {
      const prompts: string[] = []
      const window = open([`print('begun')\nprint('It is', input('Who? '))`], (prompt) => {
        prompts.push(prompt)
        return 'ada'
      })
      await window.run(0)
      assert.deepEqual(prompts, ['Who? '])
      assert.equal(window.cells[0]?.text(), 'begun\nIt is ada\n')
    })

    it('show much output in part, and all of it is there to be opened', async () => {
      const window = open([`for number in range(300_000): print(number)`])
      await window.run(0)
      const [cell] = window.cells
      const text = cell?.text() ?? ''
      assert.ok(text.length > 900_000 && text.length <= 1_000_000, `${text.length}`)
      const cut = findCutOutput(cell?.outputs ?? []) ?? assert.fail('not cut')
      const path = join(workspace.path, 'full.txt')
      await writeFullOutput(client, cut, path)
      assert.equal(await readFile(path, 'utf8'), numbersTo(300_000))
    })

    it('hold up none behind them when they cannot be shown any more', async () => {
      const window = open([`print('removed')`, `print('behind')`])
      const done = window.run(0, 1)
      // VS Code refuses whatever is done to a cell that was removed.
      Object.assign(window.cells[0] ?? {}, { state: 'ended' })
      await done
      assert.equal(window.cells[1]?.text(), 'behind\n')
      assert.equal(window.warnings.length, 1)
    })

    it('go on over another connection when theirs is closed', async () => {
      const window = open([printUntil('reconnected')])
      const done = window.run(0)
      const text = () => window.cells[0]?.text() ?? ''
      await until(() => text().length > 100)
      const before = client
      client = await workspace.connect()
      await before[Symbol.asyncDispose]()
      const shown = text().length
      await until(() => text().length > shown + 100)
      await writeFile(join(workspace.path, 'reconnected'), '')
      await done
      const count = Number(await readFile(join(workspace.path, 'reconnected.count'), 'utf8'))
      assert.equal(text(), numbersTo(count))
    })

    it('say so when their kernel is stopped or dies under them, and run in a new one afterwards', async () => {
      const window = open([
        `import time; print('begun', flush=True); time.sleep(300)`,
        `import os; os.kill(os.getpid(), 9)`,
        `print('again')`,
      ])
      const [stopped, died, again] = window.cells
      const done = window.run(0)
      await until(() => stopped?.text() === 'begun\n')
      await client.call('kernels/shutdown', { kernelId: kernelOf(window) })
      await done
      assert.match(stopped?.errors().join('') ?? '', /was stopped while the cell ran/)
      await window.run(1)
      assert.match(died?.errors().join('') ?? '', /SIGKILL/)
      await window.run(2)
      assert.equal(again?.text(), 'again\n')
      assert.deepEqual(window.memory.of(notebook)?.open, [])
    })
  })

  describe('when the window is gone for a while', () => {
    beforeEach(() => {
      keptCount++
    })

    it('show all that was said, in order, once, and go on: those that run, that wait, that have ended', async () => {
      const sources = [printUntil('left'), printUntil('seen'), `1 / 0`, `print('no')`]
      const left = open(sources)
      const done = left.run(0, 1, 2, 3)
      await until(() => (left.cells[0]?.text().length ?? 0) > 100)
      left.leave()
      await done
      assert.equal(left.cells[0]?.state, 'begun')
      await writeFile(join(workspace.path, 'left'), '')
      await until(async () => {
        const { executions } = await client.call('kernels/executions', { kernelId: kernelOf(left) })
        return executions[1]?.status === 'running'
      })

      const window = open(sources)
      // VS Code has kept a part of what was shown, as far as it came to.
      for (const [index, cell] of window.cells.entries()) cell.outputs = [...(left.cells[index]?.outputs ?? [])]
      // VS Code may tell twice that the notebook has its kernel.
      await Promise.all([window.attach(), window.attach()])
      const [first, second, third, fourth] = window.cells
      await until(() => (second?.text().length ?? 0) > 100)
      assert.equal(third?.state, 'waiting')
      await writeFile(join(workspace.path, 'seen'), '')
      await Promise.all(window.cells.map(({ ended }) => ended.promise))
      for (const [cell, name] of [
        [first, 'left'],
        [second, 'seen'],
      ] as const) {
        const count = Number(await readFile(join(workspace.path, `${name}.count`), 'utf8'))
        assert.equal(cell?.text(), numbersTo(count))
      }
      assert.deepEqual(
        [first, second, third, fourth].map((cell) => cell?.success),
        [true, true, false, undefined],
      )
      await until(() => window.memory.of(notebook)?.open.length === 0)
      assert.deepEqual([...left.warnings, ...window.warnings], [])
    })

    it('are left as they are when they had ended, and when nobody has their kernel any more', async () => {
      const first = open([`print('shown')`, `import time; time.sleep(300)`])
      await first.run(0)
      void first.run(1)
      await until(() => first.cells[1]?.state === 'begun')
      first.leave()
      await client.call('kernels/shutdown', { kernelId: kernelOf(first) })
      const second = open([`print('shown')`, `import time; time.sleep(300)`])
      await second.attach()
      assert.deepEqual(
        second.cells.map(({ state }) => state),
        ['none', 'none'],
      )
      assert.deepEqual(second.memory.of(notebook)?.open, [])
    })

    it('do not ask again what was answered', async () => {
      const prompts: string[] = []
      const answer = (prompt: string) => {
        prompts.push(prompt)
        return 'ada'
      }
      const sources = [`print('It is', input('Who? '), flush=True)\n${printUntil('answered')}`]
      const first = open(sources, answer)
      void first.run(0)
      await until(() => first.cells[0]?.text().startsWith('It is ada\n0\n') ?? false)
      first.leave()
      const second = open(sources, answer)
      await second.attach()
      await writeFile(join(workspace.path, 'answered'), '')
      await second.cells[0]?.ended.promise
      assert.ok(second.cells[0]?.text().startsWith('It is ada\n0\n'))
      assert.deepEqual(prompts, ['Who? '])
    })
  })
})
