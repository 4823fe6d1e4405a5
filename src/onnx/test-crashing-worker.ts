/**
 * The process that runs models, which faults on a model of `RUNWRIGHT_TEST_FAULT` bytes as a fault of the native library
 * would: by a signal, while the model is loaded.
 */
import { readFileSync } from 'node:fs'
import { InferenceSession } from 'onnxruntime-node'

const fault = Number(process.env['RUNWRIGHT_TEST_FAULT'])

InferenceSession.create = new Proxy(InferenceSession.create, {
  apply(create, self, given: readonly unknown[]) {
    const [model] = given
    const size = typeof model === 'string' ? readFileSync(model).length : model instanceof Uint8Array ? model.length : 0
    if (size === fault) process.kill(process.pid, 'SIGSEGV')
    return Reflect.apply(create, self, given)
  },
})

await import('./runtime/worker.ts')
