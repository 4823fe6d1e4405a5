import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import {
  type ExecutionId,
  type KernelStatus,
  parseExecutionId,
  parseKernelId,
  type RecordBody,
} from '../protocol/kernels.ts'
import { formatNotebook, sourceOf } from '../protocol/notebook-file.ts'
import { followNotebook } from './followed-notebook.ts'
import { createJournalReader } from './journal-reader.ts'
import { openJournalWriter } from './journal-writer.ts'

const id = (number: number): ExecutionId => parseExecutionId(number.toString(16).padStart(32, '0')) ?? assert.fail()

/** A kernel that says what it is told to, with its journal on disk. */
async function openKernel(test: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'followed-notebook-'))
  const writer = openJournalWriter(folder)
  const reader = createJournalReader(folder)
  test.after(async () => {
    writer[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const kernelId = parseKernelId('f'.repeat(32)) ?? assert.fail()
  const environment = {
    environmentId: 'venv:/x',
    kind: 'venv',
    name: '.venv',
    language: 'python',
    interpreter: '/x',
    hasKernel: true,
    isOfWorkspace: true,
  } as const
  let status: KernelStatus = 'idle'
  let news = Promise.withResolvers<void>()
  const kernel = {
    newsCount: 0,
    readCount: 0,
    describe: () => ({
      kernelId,
      environment,
      status,
      name: 'a.ipynb',
      workingDirectory: '/w',
      startedAt: 0,
      isSilent: false,
      queuedCount: 0,
      lastSeq: 0,
    }),
    journal: {
      async read(query: Parameters<typeof reader.read>[0]) {
        const page = await reader.read(query)
        kernel.readCount += page.records.length
        return page
      },
    },
    async waitForNews(after: number) {
      while (kernel.newsCount <= after) await news.promise
    },
    say(...records: RecordBody[]) {
      writer.append(records, 1000)
      kernel.newsCount++
      news.resolve()
      news = Promise.withResolvers()
    },
    die() {
      status = 'dead'
      kernel.say({ kind: 'kernel', status })
    },
  }
  return kernel
}

const { signal } = new AbortController()

function begin(executionId: ExecutionId, code: string, cell = 'cell'): RecordBody[] {
  return [
    { kind: 'queued', executionId, cell, code },
    { kind: 'started', executionId },
    { kind: 'output', executionId, output: { kind: 'stream', name: 'stdout', text: `${code} said this\n` } },
  ]
}

function end(executionId: ExecutionId): RecordBody {
  return { kind: 'ended', executionId, status: 'ok', executionCount: 1 }
}

it('each cell finds in it what it would find by reading the whole journal, and no record is read twice', async (test) => {
  const kernel = await openKernel(test)
  const followed = followNotebook(kernel, signal)
  const kept: string[] = []
  let saidCount = 0
  for (let cell = 0; cell < 50; cell++) {
    const records = [
      ...begin(id(2 * cell), `untracked ${cell}`),
      end(id(2 * cell)),
      ...begin(id(2 * cell + 1), `${cell}`),
    ]
    kernel.say(...records)
    const asked = followed.until(id(2 * cell + 1))
    kernel.say(end(id(2 * cell + 1)))
    saidCount += records.length + 1
    kept.push(formatNotebook((await asked) ?? assert.fail()))
  }
  assert.equal(kernel.readCount, saidCount)
  for (const [cell, text] of kept.entries()) {
    const whole = await followNotebook(kernel, signal).until(id(2 * cell + 1))
    assert.equal(text, formatNotebook(whole ?? assert.fail()))
  }
})

it('a cell that was not asked for before it had ended, and one that is of no notebook, are found as well', async (test) => {
  const kernel = await openKernel(test)
  const followed = followNotebook(kernel, signal)
  kernel.say(...begin(id(1), 'first'), end(id(1)), { kind: 'kernel', status: 'restarting' })
  kernel.say(...begin(id(2), 'aside', ''), end(id(2)), ...begin(id(3), 'last'), end(id(3)))
  const read = async (executionId: ExecutionId) => (await followed.until(executionId))?.cells.map(sourceOf)
  assert.deepEqual(await read(id(3)), ['last'])
  assert.deepEqual(await read(id(1)), ['first'])
  assert.deepEqual(await read(id(2)), ['aside'])
})

it('who waits for several cells at once has each of them as it ended', async (test) => {
  const kernel = await openKernel(test)
  const followed = followNotebook(kernel, signal)
  const both = [followed.until(id(1)), followed.until(id(2)), followed.until(id(1))]
  kernel.say(...begin(id(1), 'first'), end(id(1)), ...begin(id(2), 'second'), end(id(2)))
  const cells = (await Promise.all(both)).map((notebook) => notebook?.cells.map(sourceOf))
  assert.deepEqual(cells, [['first'], ['first', 'second'], ['first']])
})

it('of a cell that its kernel died in, without a word of its end, there is none', async (test) => {
  const kernel = await openKernel(test)
  const asked = followNotebook(kernel, signal).until(id(1))
  kernel.say(...begin(id(1), 'first'))
  kernel.die()
  assert.equal(await asked, undefined)
})
