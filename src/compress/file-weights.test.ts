import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createExternalData } from '../onnx/external-data.ts'
import { readModelFile, writeModelFile } from '../onnx/model-file.ts'
import { replaceTensors } from '../onnx/model-tensors.ts'
import { openSessionHost, type SessionHost } from '../onnx/session.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { tensorBytes } from '../onnx/tensor.ts'
import { refusesLater } from '../onnx/test-refusal.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import { compressFile } from './compress-file.ts'
import { openWeights } from './file-weights.ts'
import { createHostContext } from './host-context.ts'
import type { Measurement, MeasureName } from './goals.ts'
import { openSampleData } from './open-sample-data.ts'
import { searchModels } from './search.ts'
import { layeredModel, pretendSearch } from './search/test-search.ts'
import { writeArrayFile } from '../onnx/npz.ts'
import { compareOutputs } from './test-runtime.ts'
import { weightsInMemory } from './weights.ts'

const toNumbers = (value: TensorValue | undefined): readonly number[] =>
  value?.data instanceof Float32Array ? [...value.data] : []

describe('weights in files beside a model', { timeout: 300_000 }, () => {
  const { signal } = new AbortController()
  let folder: string
  let host: SessionHost
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-outside-'))
    host = await openSessionHost(testRuntime, {}, signal)
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** All weights in a file of their own. */
  async function writeOutside(name: string): Promise<string> {
    const model = layeredModel()
    await using file = await createExternalData(join(folder, `${name}.weights`))
    await replaceTensors(model, (tensor) => file.write(tensor, tensorBytes(tensor)))
    await file.finish()
    const path = join(folder, `${name}.onnx`)
    await writeModelFile(model, path)
    return path
  }

  it('are found when a pass has the model run, one that was changed before, too', async () => {
    const source = await writeOutside('calibrated')
    const path = join(folder, 'x.npz')
    const values = Float32Array.from({ length: 32 * 64 }, (_, at) => Math.sin(at))
    await writeArrayFile(path, new Map([['x', { dtype: 'float32', dims: [32, 64], data: values }]]))
    await using session = await host.open(source)
    await using data = await openSampleData(path, session.inputs)
    const context = createHostContext({ host, weights: weightsInMemory, data, signal })
    const files = (await readdir(folder)).length
    const recipe = [{ pass: 'smooth-quant' }, { pass: 'static-int8' }]
    const { steps } = await compressFile(source, join(folder, 'calibrated-small.onnx'), recipe, context)
    assert.ok(steps.every(({ changes }) => changes.length >= 3))
    await using small = await host.open(join(folder, 'calibrated-small.onnx'))
    assert.deepEqual(small.outputs, session.outputs)
    // The model, its weights, and nothing of what was placed for the runtime.
    assert.equal((await readdir(folder)).length, files + 2)
  })

  it('are there for each layer that a search looks at by itself', async () => {
    const model = await writeOutside('layers')
    // Read by what is pretended alone, which runs models that are all in memory.
    await writeModelFile(layeredModel(), join(folder, 'whole.onnx'))
    const pretended = await pretendSearch({
      model: join(folder, 'whole.onnx'),
      folder: join(folder, 'search'),
      goals: ['max-error<=0.02'],
      passes: ['weight-int4'],
    })
    const errorOf = await learnAnswers(model)
    const { candidates } = await searchModels({
      ...pretended,
      model,
      compare: errorOf,
      evaluate: async (path) => {
        const size = path === model ? 64 * 64 * 16 : 64 * 64 * 4
        return new Map<MeasureName, Measurement>([
          ['size', { value: size }],
          ['p50', { value: size }],
          ['speedup', { value: path === model ? 1 : 2 }],
          ['max-error', { value: await errorOf(path) }],
        ])
      },
    })
    const kept = candidates.flatMap(({ steps }) => steps.flatMap(({ keep = [] }) => keep))
    assert.ok(kept.includes('c_m'), kept.join(', '))
  })

  /** How far the answers of a file are from those of another one. */
  async function learnAnswers(original: string): Promise<(source: string | Uint8Array) => Promise<number>> {
    const data = Float32Array.from({ length: 4 * 64 }, (_, at) => Math.sin(at))
    const feeds = new Map([['x', { dtype: 'float32', dims: [4, 64], data } as const]])
    const answer = async (source: string | Uint8Array) => {
      await using session = await host.open(source)
      return toNumbers((await session.run(feeds)).outputs.get('y'))
    }
    const before = await answer(original)
    return async (source) => compareOutputs(new Map([['y', before]]), new Map([['y', await answer(source)]]))
  }

  it('are not looked for out of its folder', async () => {
    const source = await writeOutside('hostile')
    const model = await readModelFile(source)
    for (const { externalData } of model.graph?.initializer ?? [])
      for (const entry of externalData) if (entry.key === 'location') entry.value = '../../etc/passwd'
    await using opened = await openWeights(source, model, join(folder, 'scratch'))
    await refusesLater('BAD_REQUEST', /leads out of the folder of the model/, () => opened.weights.place(model))
  })
})
