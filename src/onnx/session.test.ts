import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { after, before, describe, it } from 'node:test'
import { isRunning } from '../../test/integration/process-end.ts'
import { until } from '../../test/until.ts'
import { type Feeds, openSessionHost, type Session, type SessionHost } from './session.ts'
import { testRuntime } from './test-runtime.ts'
import {
  endlessModel,
  growingModel,
  mapModel,
  oneOperatorModel,
  reluModel,
  reshapeModel,
} from './test-session-models.ts'
import type { TensorValue } from './tensor-value.ts'

const { signal } = new AbortController()

function float32(dims: readonly number[], data: readonly number[]): TensorValue {
  return { dtype: 'float32', dims, data: Float32Array.from(data) }
}

describe('a session host', { timeout: 300_000 }, () => {
  let host: SessionHost
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-onnx-'))
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it('runs a model from bytes and one from a file, several at a time', async () => {
    const path = join(folder, 'relu.onnx')
    await writeFile(path, reluModel())
    await using fromFile = await host.open(path)
    await using fromBytes = await host.open(reluModel())
    assert.deepEqual(fromFile.inputs, [{ name: 'x', dtype: 'float32', dims: ['N', 3] }])
    assert.deepEqual(fromFile.outputs, [{ name: 'y', dtype: 'float32', dims: ['N', 3] }])
    assert.ok(fromFile.loadMs > 0)
    const feeds: Feeds = new Map([['x', float32([1, 3], [-1, 0, 2.5])]])
    const answers = await Promise.all([fromFile, fromBytes, fromFile].map((session) => session.run(feeds)))
    for (const { outputs, runMs } of answers) {
      assert.deepEqual(outputs, new Map([['y', float32([1, 3], [0, 0, 2.5])]]))
      assert.ok(runMs > 0)
    }
  })

  it('carries small and large tensors, and those of no elements', async () => {
    await using session = await host.open(reluModel())
    for (const rows of [0, 1, 5_000, 400_000, 2]) {
      const data = Float32Array.from({ length: rows * 3 }, (_, index) => (index % 7) - 3)
      const { outputs } = await session.run(new Map([['x', { dtype: 'float32', dims: [rows, 3], data }]]))
      const expected = data.map((value) => Math.max(value, 0))
      assert.deepEqual(outputs.get('y'), { dtype: 'float32', dims: [rows, 3], data: expected })
    }
  })

  it('takes and gives every type of element', async () => {
    const tensors: readonly Omit<TensorValue, 'dims'>[] = [
      { dtype: 'float32', data: Float32Array.of(-1.5, 0, 3e38) },
      { dtype: 'float64', data: Float64Array.of(-1.5, 0, 1e300) },
      // The bits of 1, -2 and infinity.
      { dtype: 'float16', data: Uint16Array.of(0x3c00, 0xc000, 0x7c00) },
      { dtype: 'int8', data: Int8Array.of(-128, 0, 127) },
      { dtype: 'uint8', data: Uint8Array.of(0, 1, 255) },
      { dtype: 'int16', data: Int16Array.of(-32768, 0, 32767) },
      { dtype: 'uint16', data: Uint16Array.of(0, 1, 65535) },
      { dtype: 'int32', data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
      { dtype: 'uint32', data: Uint32Array.of(0, 1, 2 ** 32 - 1) },
      { dtype: 'int64', data: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n) },
      { dtype: 'uint64', data: BigUint64Array.of(0n, 1n, 2n ** 64n - 1n) },
      { dtype: 'bool', data: Uint8Array.of(0, 1, 1) },
      { dtype: 'string', data: ['', 'é', 'two words'] },
    ]
    for (const tensor of tensors) {
      await using session = await host.open(reshapeModel(tensor.dtype))
      // SAFETY: a pair of a type and its array stays one.
      const { outputs } = await session.run(new Map([['x', { ...tensor, dims: [3] } as TensorValue]]))
      assert.deepEqual(outputs.get('y'), { ...tensor, dims: [3, 1] })
    }
  })

  it('repeats a run in its process and gives the time of each', async () => {
    await using session = await host.open(reluModel(), { intraThreads: 1 })
    const feeds: Feeds = new Map([['x', float32([1, 3], [1, 2, 3])]])
    const { runsMs, cpuMs } = await session.repeat(feeds, { count: 20, warmUp: 3 })
    assert.equal(runsMs.length, 20)
    assert.ok(runsMs.every((ms) => ms > 0))
    assert.ok(cpuMs >= 0)
  })

  it('says how much memory it has taken', async () => {
    const { peakBytes, presentBytes } = await host.measureMemory()
    assert.ok(presentBytes > 20 * 2 ** 20 && presentBytes < 2 ** 30, String(presentBytes))
    assert.ok(peakBytes >= presentBytes * 0.9 && peakBytes < 2 ** 30, String(peakBytes))
  })

  it('says which input is not what the model takes, before the runtime sees it', async () => {
    await using session = await host.open(reluModel(), {}, { about: 'relu.onnx' })
    const wrong: readonly (readonly [Feeds, RegExp])[] = [
      [new Map(), /relu\.onnx: the input "x" is missing/],
      [new Map([['z', float32([1, 3], [1, 2, 3])]]), /it has no input "z"/],
      [new Map([['x', { dtype: 'float64', dims: [1, 3], data: new Float64Array(3) }]]), /the input "x" is float64/],
      [new Map([['x', float32([3], [1, 2, 3])]]), /"x" has the dims \[3\]/],
      [new Map([['x', float32([1, 4], [1, 2, 3, 4])]]), /"x" has the dims \[1, 4\]/],
      [new Map([['x', float32([2, 3], [1, 2, 3])]]), /"x" has 3 elements, and \[2, 3\] are 6/],
      [new Map([['x', float32([-1, 3], [1, 2, 3])]]), /"x" has the dims \[-1, 3\]/],
      [new Map([['x', { dtype: 'float32', dims: [1, 3], data: new Int32Array(3) }]]), /in a Int32Array/],
    ]
    for (const [feeds, message] of wrong) {
      await assert.rejects(session.run(feeds), { code: 'INVALID_PARAMETER_VALUE', message })
    }
    const feeds: Feeds = new Map([['x', float32([1, 3], [1, 2, 3])]])
    await assert.rejects(session.run(feeds, { outputs: ['w'] }), { message: /it has no output "w"/, hint: /"y"/ })
    await using bools = await host.open(reshapeModel('bool'))
    const two: TensorValue = { dtype: 'bool', dims: [1], data: Uint8Array.of(2) }
    await assert.rejects(bools.run(new Map([['x', two]])), /bools that are not 0 or 1/)
    await using strings = await host.open(reshapeModel('string'))
    const cut: TensorValue = { dtype: 'string', dims: [1], data: ['a\u0000b'] }
    await assert.rejects(strings.run(new Map([['x', cut]])), /holds a NUL character/)
  })

  it('leaves out what a model gives besides tensors, and says what it is when it is asked for', async () => {
    await using session = await host.open(mapModel())
    const feeds: Feeds = new Map([['x', float32([1, 2], [0.25, 0.75])]])
    assert.deepEqual((await session.run(feeds)).outputs, new Map([['y', float32([1, 2], [0.25, 0.75])]]))
    await assert.rejects(session.run(feeds, { outputs: ['maps'] }), { message: /"maps" is no tensor/ })
  })

  it('passes on why the runtime refuses a model, and goes on', async () => {
    const bytes = reluModel()
    await assert.rejects(host.open(bytes.subarray(0, -5), {}, { about: 'cut.onnx' }), {
      code: 'BAD_REQUEST',
      failure: 'refused',
      message: /^cut\.onnx: ONNX Runtime says: .*/,
    })
    await assert.rejects(host.open(join(folder, 'absent.onnx')), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await using session = await host.open(oneOperatorModel('Abs'))
    const { outputs } = await session.run(new Map([['x', float32([1], [-4])]]))
    assert.deepEqual(outputs.get('y'), float32([1], [4]))
  })

  it('gives sizes to dimensions that are open', async () => {
    await using session = await host.open(reluModel(), { dimensions: new Map([['N', 2]]) })
    assert.deepEqual(
      [session.inputs[0]?.dims, session.outputs[0]?.dims],
      [
        [2, 3],
        [2, 3],
      ],
    )
    const unknown = host.open(reluModel(), { dimensions: new Map([['M', 2]]) })
    await assert.rejects(unknown, { code: 'INVALID_PARAMETER_VALUE', hint: 'Those without a size are: N.' })
  })

  it('takes every option', async () => {
    await using session = await host.open(reluModel(), {
      intraThreads: 1,
      interThreads: 1,
      optimization: 'disabled',
      execution: 'parallel',
      optimizedPath: join(folder, 'optimized.onnx'),
    })
    assert.equal(session.inputs.length, 1)
    assert.ok((await stat(join(folder, 'optimized.onnx'))).isFile())
    // What is no number of threads is refused by the library, so what is given does arrive there.
    await assert.rejects(host.open(reluModel(), { intraThreads: -1 }), {
      failure: 'refused',
      message: /intraOpNumThreads/,
    })
  })

  it('refuses to run what is closed', async () => {
    const session = await host.open(reluModel())
    await session[Symbol.asyncDispose]()
    await assert.rejects(session.run(new Map([['x', float32([1, 3], [1, 2, 3])]])), /This session is closed/)
  })
})

describe('a session host that its model harms', { timeout: 300_000 }, () => {
  const endless: Feeds = new Map([['n', { dtype: 'int64', dims: [], data: BigInt64Array.of(2n ** 62n) }]])
  async function openEndless(settings = {}): Promise<{ host: SessionHost; session: Session }> {
    const host = await openSessionHost(testRuntime, settings, signal)
    return { host, session: await host.open(endlessModel(), { intraThreads: 1 }, { about: 'endless.onnx' }) }
  }

  it('ends a run at its deadline, and says so to whoever comes later', async () => {
    const { host, session } = await openEndless()
    await using _ends = host
    await assert.rejects(session.run(endless, { deadlineMs: 200 }), {
      failure: 'deadline',
      message: 'endless.onnx was not done within 0.2 s, so it was stopped.',
    })
    await assert.rejects(session.run(endless), { code: 'INVALID_STATE', hint: 'Open the model again.' })
    await assert.rejects(host.open(reluModel()), { code: 'INVALID_STATE' })
    await session[Symbol.asyncDispose]()
  })

  it('ends a run that is cancelled, and never starts one that was cancelled while it waited', async () => {
    const { host, session } = await openEndless()
    await using _ends = host
    const cancels = [new AbortController(), new AbortController()]
    const runs = cancels.map((cancel) => session.run(endless, { signal: cancel.signal }))
    await setImmediate()
    for (const cancel of cancels.toReversed()) cancel.abort()
    for (const run of runs) await assert.rejects(run, { code: 'CANCELLED' })
  })

  it('stops repeating when it is cancelled, without harm to other sessions', async () => {
    await using host = await openSessionHost(testRuntime, {}, signal)
    await using session = await host.open(reluModel())
    const feeds: Feeds = new Map([['x', float32([1, 3], [1, 2, 3])]])
    const cancel = new AbortController()
    const repeated = session.repeat(feeds, { count: 10_000_000, warmUp: 0, signal: cancel.signal })
    await setImmediate()
    cancel.abort()
    await assert.rejects(repeated, { code: 'CANCELLED' })
    assert.deepEqual((await session.run(feeds)).outputs.get('y'), float32([1, 3], [1, 2, 3]))
  })

  it('ends when it takes more memory than it was given', async () => {
    await using host = await openSessionHost(testRuntime, { memoryBytes: 400 * 2 ** 20 }, signal)
    await using session = await host.open(growingModel(), {}, { about: 'growing.onnx' })
    const steps: Feeds = new Map([['n', { dtype: 'int64', dims: [], data: BigInt64Array.of(28n) }]])
    await assert.rejects(session.run(steps), { failure: 'memory', message: /^growing\.onnx needs more memory/ })
  })

  it('tells a crash from all else', async () => {
    await using host = await openSessionHost(testRuntime, {}, signal)
    await using session = await host.open(endlessModel(), {}, { about: 'endless.onnx' })
    const { pid } = host
    const run = session.run(endless)
    process.kill(pid, 'SIGSEGV')
    await assert.rejects(run, { failure: 'crashed', message: /^endless\.onnx crashed ONNX Runtime \(SIGSEGV\)/ })
  })

  it('is killed by its own signal, and by being disposed of', async () => {
    const cancel = new AbortController()
    const host = await openSessionHost(testRuntime, {}, cancel.signal)
    const session = await host.open(endlessModel())
    const run = session.run(endless)
    cancel.abort()
    await assert.rejects(run, { code: 'CANCELLED' })
    await assert.rejects(openSessionHost(testRuntime, {}, cancel.signal), { code: 'CANCELLED' })
    const other = await openEndless()
    const waits = assert.rejects(other.session.run(endless), { code: 'INVALID_STATE' })
    await other.host[Symbol.asyncDispose]()
    await waits
  })

  it('ends with its parent, in the middle of a run', async () => {
    const parent = fork(fileURLToPath(new URL('test-orphan.ts', import.meta.url)), { stdio: 'ignore' })
    const [pid]: unknown[] = await once(parent, 'message')
    assert.ok(typeof pid === 'number' && isRunning(pid))
    parent.kill('SIGKILL')
    await until(() => !isRunning(pid))
  })

  it('says why it cannot be started', async () => {
    const absent = { ...testRuntime, file: '/nowhere/node' }
    await assert.rejects(openSessionHost(absent, {}, signal), /could not be started: .*ENOENT/)
    const broken = { ...testRuntime, args: ['--eval', 'throw new TypeError("no runtime here")', '--'] }
    await assert.rejects(openSessionHost(broken, {}, signal), /ended by itself \(1\): TypeError: no runtime here/)
    const missing = {
      ...testRuntime,
      args: ['--input-type=module', '--eval', 'await import("onnxruntime-absent")', '--'],
    }
    await assert.rejects(openSessionHost(missing, {}, signal), { code: 'NOT_IMPLEMENTED', hint: /onnxruntime-absent/ })
  })
})
