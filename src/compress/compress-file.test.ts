import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../onnx/build-graph.ts'
import { copyMessage } from '../onnx/edit-graph.ts'
import { createExternalData } from '../onnx/external-data.ts'
import { readModelFile, writeModelFile } from '../onnx/model-file.ts'
import { isExternal } from '../onnx/tensor.ts'
import { convModel, messyModel, testWeights } from '../onnx/test-models.ts'
import { refusesLater } from '../onnx/test-refusal.ts'
import { compressFile } from './compress-file.ts'
import { compareOutputs, runModel, testContext } from './test-runtime.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-compress-'))
})
after(() => rm(folder, { recursive: true, force: true }))

/** `x` [batch, 64] by two matrices, which lie in one file beside the model; `same` lies where `second` does. */
async function writeOutside(name: string): Promise<string> {
  const nodes = [
    makeNode('MatMul', ['x', 'first'], ['h']),
    makeNode('MatMul', ['h', 'second'], ['m']),
    makeNode('Add', ['m', 'bias'], ['n']),
    makeNode('Gather', ['same', 'index'], ['row']),
    makeNode('Add', ['n', 'row'], ['y']),
  ]
  const weights = [testWeights('first', [64, 64]), testWeights('second', [64, 64]), testWeights('bias', [64])]
  const model = makeModel(
    makeGraph({
      name: 'outside',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 64]), makeValue('index', DataType.INT64, [1])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', 64])],
      nodes,
    }),
  )
  await using data = await createExternalData(join(folder, `${name}.weights`))
  for (const weight of weights) {
    const tensor = await data.write(weight, weight.rawData)
    model.graph?.initializer.push(tensor)
    if (weight.name !== 'second') continue
    const same = copyMessage(tensor)
    same.name = 'same'
    model.graph?.initializer.push(same)
  }
  await data.finish()
  await writeModelFile(model, join(folder, `${name}.onnx`))
  return join(folder, `${name}.onnx`)
}

async function runFile(path: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const session = await InferenceSession.create(path)
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: 128 }, (_, index) => Math.sin(index)),
    [2, 64],
  )
  const { y } = await session.run({ x, index: new Tensor('int64', BigInt64Array.of(3n), [1]) })
  await session.release()
  assert.ok(y?.data instanceof Float32Array)
  return new Map([['y', [...y.data]]])
}

describe('the file of a model', () => {
  it('is compressed by one pass after the other, each by the options given', async () => {
    const [source, target] = [join(folder, 'messy.onnx'), join(folder, 'messy-small.onnx')]
    await writeModelFile(messyModel(), source)
    const recipe = [{ pass: 'clean-up' }, { pass: 'fp16', options: { minElements: 10 } }]
    const { steps, bytesBefore, bytesAfter } = await compressFile(source, target, recipe, testContext)
    assert.deepEqual(
      steps.map(({ pass, bound }) => [pass, bound]),
      [
        ['clean-up', 1e-4],
        ['fp16', undefined],
      ],
    )
    assert.deepEqual(
      steps[1]?.changes.map(({ name }) => name),
      ['w_folded'],
    )
    assert.equal(bytesAfter, (await readFile(target)).length)
    assert.ok(bytesAfter < bytesBefore)
    assert.ok(compareOutputs(await runModel(messyModel()), await runModel(await readModelFile(target))) < 2e-3)
  })

  it('is compressed with the weights in files beside it, which lie in one beside the new model then', async () => {
    const source = await writeOutside('outside')
    const target = join(folder, 'outside-small.onnx')
    const before = await readFile(join(folder, 'outside.weights'))
    const result = await compressFile(
      source,
      target,
      [{ pass: 'weight-int8', options: { blockSize: '32', embeddings: false } }, { pass: 'fp16' }],
      testContext,
    )
    const model = await readModelFile(target)
    const outside = model.graph?.initializer.filter(isExternal).map(({ name }) => name)
    assert.deepEqual(outside, ['same_half', 'bias', 'first_q8', 'second_q8'])
    assert.deepEqual(await readFile(join(folder, 'outside.weights')), before)
    assert.equal(result.bytesBefore, (await readFile(source)).length + before.length)
    assert.equal(result.bytesAfter, (await readFile(target)).length + (await readFile(`${target}.data`)).length)
    assert.ok(result.bytesAfter < result.bytesBefore)
    const error = compareOutputs(await runFile(source), await runFile(target))
    assert.ok(error > 0 && error < 0.01, String(error))
  })

  it('keeps weights that no pass changed, those that lie in the same place once', async () => {
    const source = await writeOutside('kept')
    const target = join(folder, 'kept-small.onnx')
    const model = await readModelFile(source)
    model.graph?.node.push(makeNode('Identity', ['n'], ['nothing']))
    await writeModelFile(model, source)
    await compressFile(source, target, [{ pass: 'clean-up' }], testContext)
    assert.equal((await readFile(`${target}.data`)).length, (await readFile(join(folder, 'kept.weights'))).length)
    assert.deepEqual(await runFile(target), await runFile(source))
  })

  it('leaves nothing behind when a pass refuses it, is unknown, or is cancelled', async () => {
    const source = await writeOutside('refused')
    const target = join(folder, 'refused-small.onnx')
    const files = (await readdir(folder)).toSorted()
    const apply =
      (pass: string, signal = testContext.signal) =>
      () =>
        compressFile(source, target, [{ pass: 'weight-int8' }, { pass }], { ...testContext, signal })
    await refusesLater('COMPRESSION_NOT_APPLICABLE', /no MatMul, Gemm or Gather/, apply('weight-int4'))
    await refusesLater('RESOURCE_DOES_NOT_EXIST', /no compression pass “magic”/, apply('magic'))
    await assert.rejects(apply('fp16', AbortSignal.abort()), { name: 'AbortError' })
    assert.deepEqual((await readdir(folder)).toSorted(), files)
  })

  it('is never written over by what comes of it, nor are its weights, whatever leads to them', async () => {
    const path = join(folder, 'same.onnx')
    await writeModelFile(convModel(), path)
    await symlink(path, join(folder, 'link.onnx'))
    const outside = await writeOutside('next.onnx')
    await rename(join(folder, 'next.onnx.weights'), join(folder, 'next.data'))
    const model = await readModelFile(outside)
    for (const { externalData } of model.graph?.initializer ?? [])
      for (const entry of externalData) if (entry.key === 'location') entry.value = 'next.data'
    await writeModelFile(model, outside)
    const apply = (source: string, target: string) => () =>
      compressFile(source, join(folder, target), [{ pass: 'fp16' }], testContext)
    const refusal = /is a file of the model itself/
    await refusesLater('INVALID_PARAMETER_VALUE', refusal, apply(path, './same.onnx'))
    await refusesLater('INVALID_PARAMETER_VALUE', refusal, apply(path, 'link.onnx'))
    await refusesLater('INVALID_PARAMETER_VALUE', refusal, apply(outside, 'next'))
  })
})
