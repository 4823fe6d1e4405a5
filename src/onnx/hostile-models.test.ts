import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { create } from '@bufbuild/protobuf'
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
} from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { ModelFailed } from './model-failed.ts'
import { writeModel } from './model.ts'
import { openSessionHost, type SessionHost } from './session.ts'
import { convolutionModel } from './test-convolution.ts'
import { growingModel, mapModel, reluModel, reshapeModel } from './test-session-models.ts'
import { testRuntime } from './test-runtime.ts'
import { countElements, elementArrays, type TensorValue } from './tensor-value.ts'
import type { ValueSignature } from './session.ts'
import { makeTensor } from './tensor.ts'

/** Numbers that look random and are the same each time: xorshift32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function mutate(model: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(model)
  for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)] = random(256)
  const kind = random(4)
  if (kind === 0) return bytes.subarray(0, random(bytes.length))
  if (kind > 1) return bytes
  const at = random(bytes.length)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))])
}

/** A feed that fits, of dims that are at most 4 where the model leaves them open. */
function feedOf({ name, dtype, dims }: ValueSignature): readonly [string, TensorValue] {
  const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : 4))
  const count = Math.min(countElements(sizes), 2 ** 20)
  if (dtype === undefined || dtype === 'string')
    return [name, { dtype: 'string', dims: sizes, data: Array(count).fill('a') }]
  return [name, { dtype, dims: sizes, data: new elementArrays[dtype](count) }]
}

/** y = x + w, of [3], whose weight lies in a file. */
function externalModel(location: string): Uint8Array {
  const entries = Object.entries({ location, length: '12' })
  const weight = create(TensorProtoSchema, {
    name: 'w',
    dims: [3n],
    dataType: DataType.FLOAT,
    dataLocation: DataLocation.EXTERNAL,
    externalData: entries.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  })
  const [x, y] = [makeValue('x', DataType.FLOAT, [3]), makeValue('y', DataType.FLOAT, [3])]
  const nodes = [makeNode('Add', ['x', 'w'], ['y'])]
  return writeModel(makeModel(makeGraph({ name: 'external', inputs: [x], outputs: [y], nodes, weights: [weight] })))
}

/** Loads a model and runs it, in a new process whenever the last one has ended. */
async function tryModels(models: Iterable<Uint8Array>): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>()
  const { signal } = new AbortController()
  let host: SessionHost | undefined
  for (const model of models) {
    host ??= await openSessionHost(testRuntime, { memoryBytes: 2 ** 30 }, signal)
    const outcome = await tryModel(host, model).catch((error: unknown) => {
      if (error instanceof ModelFailed) return error.failure
      assert.ok(error instanceof Error && 'code' in error && error.code === 'INVALID_PARAMETER_VALUE', String(error))
      return 'feeds'
    })
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (!['runs', 'refused', 'feeds'].includes(outcome)) {
      await host[Symbol.asyncDispose]()
      host = undefined
    }
  }
  await host?.[Symbol.asyncDispose]()
  return outcomes
}

async function tryModel(host: SessionHost, model: Uint8Array): Promise<string> {
  const patience = { deadlineMs: 5000 }
  await using session = await host.open(model, { intraThreads: 1 }, { ...patience, about: 'hostile.onnx' })
  await session.run(new Map(session.inputs.map(feedOf)), patience)
  return 'runs'
}

describe('hostile models', { timeout: 300_000 }, () => {
  it('are an error each when they are damaged at random, and this process goes on', async () => {
    const random = randomFrom(20_26)
    const whole = [
      reluModel(),
      convolutionModel({ quantized: true }),
      growingModel(),
      mapModel(),
      reshapeModel('string'),
    ]
    const mutants = whole.flatMap((model) => Array.from({ length: 80 }, () => mutate(model, random)))
    const noise = Array.from({ length: 40 }, () => Uint8Array.from({ length: random(3000) }, () => random(256)))
    const outcomes = await tryModels([...mutants, ...noise])
    const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
    assert.equal(total, 440)
    assert.ok((outcomes.get('refused') ?? 0) > 200, JSON.stringify([...outcomes]))
    assert.ok((outcomes.get('runs') ?? 0) > 10, JSON.stringify([...outcomes]))
  })

  it('read no file but those in the folder of the model', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-hostile-'))
    test.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'model/model.onnx')
    const secret = Buffer.from(Float32Array.of(1, 2, 3).buffer)
    await mkdir(join(folder, 'model'))
    for (const name of ['secret', 'model/weights']) await writeFile(join(folder, name), secret)
    await symlink(join(folder, 'secret'), join(folder, 'model/link'))
    await using host = await openSessionHost(testRuntime, {}, new AbortController().signal)
    const open = async (location: string, isFile: boolean) => {
      const bytes = externalModel(location)
      await writeFile(path, bytes)
      await using session = await host.open(isFile ? path : bytes, { optimization: 'disabled' })
      const { outputs } = await session.run(new Map(session.inputs.map(feedOf)))
      return outputs.get('y')?.data
    }
    assert.deepEqual(await open('weights', true), Float32Array.of(1, 2, 3))
    for (const location of ['../secret', join(folder, 'secret'), 'link', 'a/../../secret']) {
      await assert.rejects(open(location, true), { failure: 'refused' }, location)
    }
    for (const location of ['package.json', 'weights', '../secret', join(folder, 'secret')]) {
      await assert.rejects(open(location, false), { failure: 'refused' }, location)
    }
  })

  it('are refused with the runtime’s reason, whatever they claim', async () => {
    const [x, y] = [makeValue('x', DataType.FLOAT, ['N']), makeValue('y', DataType.FLOAT, ['N'])]
    const graphs = {
      'a cycle': {
        nodes: [makeNode('Add', ['x', 'b'], ['a']), makeNode('Relu', ['a'], ['b']), makeNode('Relu', ['b'], ['y'])],
      },
      'an operator that there is not': { nodes: [makeNode('Frobnicate', ['x'], ['y'])] },
      'a library of its own': { nodes: [makeNode('Relu', ['x'], ['y'], [], { domain: 'evil' })] },
      'a value that nothing makes': { nodes: [makeNode('Add', ['x', 'nowhere'], ['y'])] },
      'two makers of one value': { nodes: [makeNode('Relu', ['x'], ['y']), makeNode('Abs', ['x'], ['y'])] },
      'a tensor of more elements than there are': {
        nodes: [makeNode('ConstantOfShape', ['shape'], ['big']), makeNode('Add', ['x', 'big'], ['y'])],
        weights: [makeTensor('shape', DataType.INT64, [3], [2n ** 20n, 2n ** 20n, 2n ** 20n])],
      },
    }
    for (const [what, parts] of Object.entries(graphs)) {
      const model = writeModel(makeModel(makeGraph({ name: 'hostile', inputs: [x], outputs: [y], ...parts })))
      const outcomes = await tryModels([model])
      assert.ok(['refused', 'memory'].includes([...outcomes.keys()].join()), `${what}: ${[...outcomes.keys()].join()}`)
    }
  })
})
