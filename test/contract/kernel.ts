import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { followExecution } from '../../src/client/follow-execution.ts'
import type { CellOutput } from '../../src/protocol/cell-outputs.ts'
import type { Client } from '../../src/protocol/client.ts'
import {
  type Execution,
  type ExecutionId,
  type JournalRecord,
  type KernelId,
  parseExecutionId,
  parseKernelId,
} from '../../src/protocol/kernels.ts'
import { until } from '../until.ts'

/** What the suite needs of a language; each is a cell. */
export interface KernelCode {
  /** Prints `text` and a line's end to stdout. */
  print(text: string): string
  printError(text: string): string
  /** Its value is 42. */
  readonly value: string
  /** Raises an error whose message is `no such thing`. */
  readonly fail: string
  /** Shows `<b>one</b>` as HTML, then has its display show `<b>two</b>`. */
  readonly updateDisplay: string
  /** Prints `before`, clears, prints `after`. */
  readonly clear: string
  /** Asks with the prompt `name? ` and prints the answer behind `hello `. */
  readonly ask: string
  /** Prints `begun`, then runs for ever. */
  readonly loop: string
  /** Sets `kept` to 7. */
  readonly keep: string
  /** Prints `kept`, or fails where there is none. */
  readonly printKept: string
  /** Ends its own process at once. */
  readonly die: string
  /** Code with the completion that it has at its end. */
  readonly complete: readonly [code: string, completion: string]
  /** Code at whose end there is something to be told, and a word of that. */
  readonly inspect: readonly [code: string, word: RegExp]
  readonly incomplete: string
  /** Prints the numbers from 0 to below `count`, a line and a flush each. */
  printNumbers(count: number): string
}

export interface KernelPlace extends AsyncDisposable {
  readonly client: Client
  readonly environmentId: string
}

export function randomId(): string {
  return randomBytes(16).toString('hex')
}

export function newKernelId(): KernelId {
  const id = parseKernelId(randomId())
  assert(id !== undefined)
  return id
}

export function newExecutionId(): ExecutionId {
  const id = parseExecutionId(randomId())
  assert(id !== undefined)
  return id
}

/** What one cell came to. */
export interface CellResult {
  readonly outputs: readonly CellOutput[]
  readonly stdout: string
  readonly stderr: string
  readonly status: string
  readonly executionCount: number | undefined
}

/** Follows an execution to its end. @param onOutput called as outputs come */
export async function finish(
  client: Pick<Client, 'call'>,
  kernelId: KernelId,
  execution: Pick<Execution, 'executionId' | 'firstSeq' | 'status'>,
  onOutput: (output: CellOutput) => void = () => {},
): Promise<CellResult> {
  const outputs: CellOutput[] = []
  const seqs: number[] = []
  let ended: (JournalRecord & { kind: 'ended' }) | undefined
  // A cell that never ends would be waited for by nobody else.
  const signal = AbortSignal.timeout(180_000)
  for await (const record of followExecution(client, kernelId, execution, { signal })) {
    seqs.push(record.seq)
    if (record.kind === 'ended') ended = record
    if (record.kind !== 'output') continue
    outputs.push(record.output)
    onOutput(record.output)
  }
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].toSorted((a, b) => a - b),
    'records come in order and once',
  )
  const textOf = (name: string) =>
    outputs.map((each) => (each.kind === 'stream' && each.name === name ? each.text : '')).join('')
  return {
    outputs,
    stdout: textOf('stdout'),
    stderr: textOf('stderr'),
    status: ended?.status ?? 'none',
    executionCount: ended?.executionCount,
  }
}

/** What every kernel does, shown on the real thing. */
export function kernelContract(name: string, code: KernelCode, open: () => Promise<KernelPlace>): void {
  describe(`kernel ${name}`, () => {
    let place: KernelPlace
    const kernelId = newKernelId()

    before(async () => {
      place = await open()
      await place.client.call('kernels/start', { kernelId, environmentId: place.environmentId })
    })
    after(async () => {
      await place.client.call('kernels/shutdown', { kernelId })
      await place[Symbol.asyncDispose]()
    })

    async function begin(
      source: string,
      more: { allowsInput?: boolean; isSilent?: boolean; follows?: ExecutionId } = {},
    ): Promise<Execution> {
      const params = { kernelId, executionId: newExecutionId(), code: source, ...more }
      return (await place.client.call('kernels/execute', params)).execution
    }
    const run = async (source: string) => finish(place.client, kernelId, await begin(source))
    /** Follows a cell that asks, to its end. */
    const answer = (execution: Execution) =>
      finish(place.client, kernelId, execution, ({ kind }) => {
        const { executionId } = execution
        if (kind === 'input') void place.client.call('kernels/input', { kernelId, executionId, value: 'Ada' })
      })
    const describeKernel = async () => (await place.client.call('kernels/get', { kernelId })).kernel

    it('runs what was asked while it started, and prints', async () => {
      const { stdout, status, executionCount } = await run(code.print('hällo'))
      assert.deepEqual({ stdout, status, executionCount }, { stdout: 'hällo\n', status: 'ok', executionCount: 1 })
    })

    it('tells what goes to stderr from what goes to stdout', async () => {
      const { stdout, stderr } = await run(code.printError('oh'))
      assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: 'oh\n' })
    })

    it('gives the value of a cell with its count', async () => {
      const { outputs, executionCount } = await run(code.value)
      const [result] = outputs
      assert(result?.kind === 'result')
      assert.equal(result.data['text/plain'], '42')
      assert.equal(result.executionCount, executionCount)
    })

    it('counts nothing for a silent cell and shows no value of it', async () => {
      const before = await run(code.value)
      const silent = await finish(place.client, kernelId, await begin(code.value, { isSilent: true }))
      assert.deepEqual(silent.outputs, [])
      assert.equal((await run(code.value)).executionCount, (before.executionCount ?? 0) + 1)
    })

    it('ends a cell that fails with its error, and takes those behind it from the queue', async () => {
      // While one waits for an answer, both are in the queue, however fast the kernel is.
      const asking = await begin(code.ask, { allowsInput: true })
      const [failing, behind] = [await begin(code.fail), await begin(code.print('never'))]
      await answer(asking)
      const { status, outputs } = await finish(place.client, kernelId, failing)
      assert.equal(status, 'error')
      const [error] = outputs
      assert(error?.kind === 'error')
      assert.match(error.message, /no such thing/)
      assert(error.traceback.length > 0)
      assert.deepEqual(await finish(place.client, kernelId, behind), {
        outputs: [],
        stdout: '',
        stderr: '',
        status: 'aborted',
        executionCount: undefined,
      })
    })

    it('runs nothing behind a cell that had failed before that was asked for', async () => {
      const failing = await begin(code.fail)
      assert.equal((await finish(place.client, kernelId, failing)).status, 'error')
      const first = await begin(code.print('never'), { follows: failing.executionId })
      const second = await begin(code.print('never'), { follows: first.executionId })
      for (const execution of [first, second]) {
        const { status, outputs } = await finish(place.client, kernelId, execution)
        assert.deepEqual([status, outputs], ['aborted', []])
      }
      const good = await begin(code.value)
      assert.equal((await finish(place.client, kernelId, good)).status, 'ok')
      const next = await begin(code.print('on'), { follows: good.executionId })
      assert.equal((await finish(place.client, kernelId, next)).stdout, 'on\n')
    })

    it('shows what is rich, and updates it in place', async () => {
      const { outputs } = await run(code.updateDisplay)
      const [display, update] = outputs
      assert(display?.kind === 'display' && update?.kind === 'update')
      assert.equal(display.data['text/html'], '<b>one</b>')
      assert.equal(update.data['text/html'], '<b>two</b>')
      assert.equal(update.displayId, display.displayId)
    })

    it('clears between what is printed', async () => {
      const { outputs } = await run(code.clear)
      assert.deepEqual(
        outputs.map((each) => (each.kind === 'stream' ? each.text.trim() : each.kind)),
        ['before', 'clear', 'after'],
      )
    })

    it('asks for input and goes on with the answer', async () => {
      const execution = await begin(code.ask, { allowsInput: true })
      const { stdout, outputs, status } = await answer(execution)
      const input = outputs.find((each) => each.kind === 'input')
      assert.deepEqual(input, { kind: 'input', prompt: 'name? ', isPassword: false })
      assert.match(stdout, /hello Ada/)
      assert.equal(status, 'ok')
    })

    it('refuses an answer that nobody waits for', async () => {
      const { executionId } = await begin(code.value)
      await assert.rejects(place.client.call('kernels/input', { kernelId, executionId, value: '' }), {
        code: 'INVALID_STATE',
      })
    })

    it('gives an error to a cell that asks where it may not', async () => {
      assert.equal((await run(code.ask)).status, 'error')
    })

    it('completes, explains, and says whether code is whole', async () => {
      const [text, completion] = code.complete
      const list = await place.client.call('kernels/complete', { kernelId, code: text, position: text.length })
      assert(list.matches.some((match) => text.slice(0, list.start) + match.text === completion))
      const [name, word] = code.inspect
      const { data } = await place.client.call('kernels/inspect', { kernelId, code: name, position: name.length })
      assert.match(String(data?.['text/plain']), word)
      const nothing = await place.client.call('kernels/inspect', { kernelId, code: 'nosuchname', position: 10 })
      assert.equal(nothing.data, null)
      const status = async (source: string) =>
        (await place.client.call('kernels/is-complete', { kernelId, code: source })).status
      assert.equal(await status(code.value), 'complete')
      assert.equal(await status(code.incomplete), 'incomplete')
    })

    it('runs one execution once, however often it is asked for', async () => {
      const params = { kernelId, executionId: newExecutionId(), code: code.print('once') }
      const asked = await Promise.all(Array.from({ length: 5 }, () => place.client.call('kernels/execute', params)))
      const [{ execution } = { execution: undefined }] = asked
      assert(execution !== undefined)
      assert.equal((await finish(place.client, kernelId, execution)).stdout, 'once\n')
      const { executions } = await place.client.call('kernels/executions', { kernelId })
      assert.equal(executions.filter((each) => each.executionId === params.executionId).length, 1)
    })

    it('is interrupted, and keeps what it knows', async () => {
      await run(code.keep)
      const execution = await begin(code.loop)
      const { status } = await finish(place.client, kernelId, execution, (output) => {
        if (output.kind === 'stream') void place.client.call('kernels/interrupt', { kernelId })
      })
      assert.equal(status, 'error')
      assert.equal((await run(code.printKept)).stdout, '7\n')
    })

    it('is restarted in the midst of a cell, and knows nothing any more', async () => {
      const execution = await begin(code.loop)
      const { status } = await finish(place.client, kernelId, execution, (output) => {
        if (output.kind === 'stream') void place.client.call('kernels/restart', { kernelId })
      })
      assert.equal(status, 'lost')
      const { status: later, executionCount } = await run(code.printKept)
      assert.deepEqual([later, executionCount], ['error', 1])
    })

    it('says that it has died and why, and is there again after a restart', async () => {
      assert.equal((await run(code.die)).status, 'lost')
      await until(async () => (await describeKernel()).status === 'dead')
      assert.match((await describeKernel()).reason ?? '', /\S/)
      await assert.rejects(begin(code.value), { code: 'INVALID_STATE' })
      await place.client.call('kernels/restart', { kernelId })
      assert.equal((await run(code.print('again'))).stdout, 'again\n')
    })

    it('loses and doubles no line of thousands that are flushed one by one', async () => {
      const { stdout } = await run(code.printNumbers(5000))
      assert.equal(stdout, Array.from({ length: 5000 }, (_, number) => `${number}\n`).join(''))
    })

    it('is told again from any cursor, as often as it is asked', async () => {
      const execution = await begin(code.printNumbers(300))
      const { stdout } = await finish(place.client, kernelId, execution)
      const records: JournalRecord[] = []
      for (let next = execution.firstSeq - 1, hasMore = true; hasMore;) {
        const page = await place.client.call('kernels/read', { kernelId, after: next, limit: 1 })
        records.push(...page.records)
        ;({ next, hasMore } = page)
      }
      const texts = records.map((each) =>
        each.kind === 'output' && each.output.kind === 'stream' ? each.output.text : '',
      )
      assert.equal(texts.join(''), stdout)
    })
  })
}
