import assert from 'node:assert/strict'
import { it } from 'node:test'
import { endlessModel, reluModel } from '../../onnx/test-session-models.ts'
import { testRuntime } from '../../onnx/test-runtime.ts'
import { createRenewedHost } from './renewed-host.ts'

it('a process that a model has taken down is followed by a new one', { timeout: 300_000 }, async () => {
  await using host = createRenewedHost(testRuntime, new AbortController().signal)
  const n = { dtype: 'int64', dims: [], data: BigInt64Array.of(2n ** 60n) } as const
  const endless = await host.open(endlessModel())
  await assert.rejects(endless.run(new Map([['n', n]]), { deadlineMs: 100 }), { failure: 'deadline' })
  await using relu = await host.open(reluModel())
  const x = { dtype: 'float32', dims: [1, 3], data: Float32Array.of(-1, 0, 2) } as const
  const { outputs } = await relu.run(new Map([['x', x]]))
  assert.deepEqual(outputs.get('y')?.data, Float32Array.of(0, 0, 2))
  await assert.rejects(host.open(new Uint8Array(8)), { failure: 'refused' })
})
