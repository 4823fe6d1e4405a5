import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Execution, KernelId } from '../../src/protocol/kernels.ts'
import { finish, type KernelPlace, newExecutionId, newKernelId } from '../contract/kernel.ts'
import { openJavaScriptPlace } from '../contract/javascript-kernel-place.ts'
import { openPythonPlace } from '../contract/python-kernel-place.ts'

/** With `RUNWRIGHT_LONG_TESTS=1` as often as it takes to trust it. */
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] !== undefined
const cellCount = isLong ? 100 : 4
const startCount = isLong ? 100 : 3
const lineCount = 5000

const languages = [
  {
    name: 'Python',
    open: () => openPythonPlace(),
    printNumbers: `for number in range(${lineCount}): print(number, flush=True)`,
    printHere: 'print("here")',
  },
  {
    name: 'JavaScript',
    open: openJavaScriptPlace,
    printNumbers: `for (let number = 0; number < ${lineCount}; number++) console.log(number)`,
    printHere: 'console.log("here")',
  },
]

for (const { name, open, printNumbers, printHere } of languages) {
  describe(`kernels for ${name} at length`, { timeout: isLong ? 3_600_000 : 300_000 }, () => {
    let place: KernelPlace
    before(async () => (place = await open()))
    after(() => place[Symbol.asyncDispose]())

    async function start(): Promise<KernelId> {
      const kernelId = newKernelId()
      await place.client.call('kernels/start', { kernelId, environmentId: place.environmentId })
      return kernelId
    }

    async function execute(kernelId: KernelId, code: string): Promise<Execution> {
      return (await place.client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })).execution
    }

    it(`loses no byte of ${cellCount} × ${lineCount} lines that are flushed one by one`, async (test) => {
      const kernelId = await start()
      const expected = Array.from({ length: lineCount }, (_, number) => `${number}\n`).join('')
      // All at once, so that nothing rests in between.
      const asked: Execution[] = []
      for (let cell = 0; cell < cellCount; cell++) asked.push(await execute(kernelId, printNumbers))
      let lostBytes = 0
      for (const execution of asked) {
        const { stdout, status } = await finish(place.client, kernelId, execution)
        assert.equal(status, 'ok')
        if (stdout !== expected) lostBytes += expected.length - stdout.length || 1
      }
      test.diagnostic(`${lostBytes} of ${cellCount * expected.length} bytes lost`)
      assert.equal(lostBytes, 0)
      await place.client.call('kernels/shutdown', { kernelId })
    })

    it(`starts ${startCount} times, and each answers`, async (test) => {
      const tookMs: number[] = []
      for (let round = 0; round < startCount; round++) {
        const from = performance.now()
        const kernelId = await start()
        const { stdout } = await finish(place.client, kernelId, await execute(kernelId, printHere))
        tookMs.push(Math.round(performance.now() - from))
        assert.equal(stdout, 'here\n')
        await place.client.call('kernels/shutdown', { kernelId })
      }
      const sorted = tookMs.toSorted((a, b) => a - b)
      test.diagnostic(`from start to output: median ${sorted[startCount >> 1]} ms, slowest ${sorted.at(-1)} ms`)
      assert.deepEqual((await place.client.call('kernels/list', {})).kernels, [])
    })
  })
}
