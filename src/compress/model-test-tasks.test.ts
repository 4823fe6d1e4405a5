import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../onnx/build-graph.ts'
import { writeModelFile } from '../onnx/model-file.ts'
import { writeArrayFile } from '../onnx/npz.ts'
import { makeTensor } from '../onnx/tensor.ts'
import { mlpModel } from '../onnx/test-models.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { parseGoal } from './goals.ts'
import { type ModelTestRequest, testModel } from './model-test.ts'
import { answerMeasures } from './model-test/measurements.ts'
import { chooseAnswers } from './model-test/choose-answers.ts'
import { compareAnswers } from './model-test/compare-answers.ts'
import { openModel, pairOf } from './model-test/pair.ts'
import { openSampleData } from './open-sample-data.ts'
import { reportTables } from './model-test-tables.ts'
import { parseProfile } from './targets.ts'

/** Boxes that a picture has, at most. */
const most = 3

/** A detector whose input has what it says: `x` [batch, boxes, 6] are corners, by `factor`, a score and a class. */
function detectorModel(factor: number): ModelProto {
  const squeeze = (from: string, to: string) => makeNode('Squeeze', [from, 'last'], [to])
  return makeModel(
    makeGraph({
      name: 'detector',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', most, 6])],
      outputs: [
        makeValue('boxes', DataType.FLOAT, ['batch', most, 4]),
        makeValue('scores', DataType.FLOAT, ['batch', most]),
        makeValue('labels', DataType.INT64, ['batch', most]),
      ],
      nodes: [
        makeNode('Split', ['x', 'parts'], ['corners', 'score', 'label'], [intAttribute('axis', 2)]),
        makeNode('Mul', ['corners', 'factor'], ['boxes']),
        squeeze('score', 'scores'),
        squeeze('label', 'number'),
        makeNode('Cast', ['number'], ['labels'], [intAttribute('to', DataType.INT64)]),
      ],
      weights: [
        makeTensor('parts', DataType.INT64, [3], [4, 1, 1]),
        makeTensor('factor', DataType.FLOAT, [], [factor]),
        makeTensor('last', DataType.INT64, [1], [2]),
      ],
    }),
  )
}

const floats = (dims: readonly number[], at: (index: number) => number): TensorValue => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, (_, index) => at(index)),
})

/** What is printed of each sample: whether the largest of four is the class. */
const script = `
import { createInterface } from 'node:readline'
const scores = []
for await (const line of createInterface({ input: process.stdin })) {
  const { sample, label, outputs } = JSON.parse(line)
  if (sample !== scores.length) throw new Error('a sample is missing')
  const { data } = outputs.y
  scores.push(data.indexOf(Math.max(...data)) === label ? 1 : 0)
}
console.log('done with', process.env.RUNWRIGHT_ROLE)
console.log(JSON.stringify({ scores }))
`

describe('the tasks of a model test', { timeout: 300_000 }, () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  const requestOf = (given: Partial<ModelTestRequest>): ModelTestRequest => ({
    candidate: { name: 'same.onnx', model: file('mlp.onnx') },
    original: { name: 'mlp.onnx', model: file('mlp.onnx') },
    data: file('x.npz'),
    profile: parseProfile('this-machine,threads=1'),
    gates: [],
    settings: [],
    plan: { rounds: 2, budgetMs: 10, maxRuns: 4 },
    task: undefined,
    output: undefined,
    classes: undefined,
    slicings: new Map(),
    ...given,
  })
  const signal = new AbortController().signal

  /** What the answers alone say, without the rest of a test. */
  async function judge(given: Partial<ModelTestRequest>) {
    const request = requestOf(given)
    const open = { runtime: testRuntime, threads: 1, signal }
    await using first = await openModel(request.original, open)
    await using second = await openModel(request.candidate, open)
    await using data = await openSampleData(request.data, first.session.inputs)
    const settings = await chooseAnswers(request, first.session, signal)
    const compared = await compareAnswers(pairOf(first.session, second.session, signal), data, settings)
    return { quality: compared.quality ?? assert.fail(), measures: new Map(answerMeasures(compared, settings.output)) }
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-model-tasks-'))
    await writeModelFile(mlpModel(), file('mlp.onnx'))
    for (const factor of [1, 1.2]) await writeModelFile(detectorModel(factor), file(`detector-${factor}.onnx`))
    const x = floats([60, 8], (index) => 3 * Math.sin(index * 1.7))
    const labels: TensorValue = {
      dtype: 'int64',
      dims: [60],
      data: BigInt64Array.from({ length: 60 }, (_, i) => BigInt(i % 4)),
    }
    await writeArrayFile(file('x.npz'), new Map([['x', x]]))
    await writeArrayFile(
      file('labelled.npz'),
      new Map([
        ['x', x],
        ['labels', labels],
      ]),
    )
    await writeFile(file('score.mjs'), script)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** Twenty pictures of two boxes each; a third one is none. */
  const writePictures = async (name: string) => {
    const describe = (index: number, fields: number) => {
      const [picture, box, field] = [
        Math.floor(index / most / fields),
        Math.floor(index / fields) % most,
        index % fields,
      ]
      const corner = 10 * (1 + ((picture + box) % 3)) + (field < 2 ? 0 : 20 + field)
      const label = box === 2 ? -1 : (picture + box) % 2
      return { field, corner, label, score: box === 2 ? 0.1 : 0.9 }
    }
    const x = floats([20, most, 6], (index) => {
      const { field, corner, label, score } = describe(index, 6)
      return field < 4 ? corner : field === 4 ? score : label
    })
    const labels = floats([20, most, 5], (index) => {
      const { field, corner, label } = describe(index, 5)
      return field < 4 ? corner : label
    })
    await writeArrayFile(file(name), new Map([['x', x]]).set('labels', labels))
    await writeArrayFile(file(`bare-${name}`), new Map([['x', x]]))
  }
  const detectors = (factor: number) => ({
    original: { name: 'detector.onnx', model: file('detector-1.onnx') },
    candidate: { name: 'other.onnx', model: file(`detector-${factor}.onnx`) },
    task: 'detection' as const,
  })

  it('hold a detection to its boxes, of all, of each class and of each slice', async () => {
    await writePictures('pictures.npz')
    const gates = [parseGoal('map-drop<=1%'), parseGoal('agreement>=99%')]
    const slicings = new Map([['half', Array.from({ length: 20 }, (_, index) => (index < 10 ? 'first' : 'second'))]])
    const same = await testModel(
      requestOf({ ...detectors(1), data: file('pictures.npz'), gates, slicings, classes: ['cat', 'dog'] }),
      { runtime: testRuntime, signal },
    )
    assert.ok(same.isPassed, JSON.stringify(same.gates))
    assert.deepEqual([same.quality?.all.original.value, same.quality?.all.candidate.value], [1, 1])
    assert.deepEqual(
      same.quality?.classes.map(({ group, samples }) => [group, samples]),
      [
        ['cat', 20],
        ['dog', 20],
      ],
    )
    assert.deepEqual(
      same.quality?.slices.map(({ group, samples }) => [group, samples]),
      [
        ['first', 10],
        ['second', 10],
      ],
    )
    const other = await judge({ ...detectors(1.2), data: file('pictures.npz') })
    const lost = other.measures.get('map-drop')
    assert.ok((lost?.value ?? 0) > 0.1 && (lost?.interval?.[0] ?? 0) > 0, JSON.stringify(lost))
    assert.ok((other.measures.get('agreement')?.value ?? 1) < 1)
    const bare = await judge({ ...detectors(1.2), data: file('bare-pictures.npz') })
    assert.equal(bare.quality.reference, 'original')
    assert.deepEqual(bare.quality.all.candidate, other.quality.all.candidate)
    const titles = reportTables(same).map(({ title }) => title)
    assert.ok(titles.includes('Mean average precision of “boxes”, by the labels'), titles.join())
  })

  it('refuse outputs and labels that are no boxes, and say how they are saved', async () => {
    const wrong = judge({
      ...detectors(1),
      data: file('x.npz'),
      original: { name: 'mlp.onnx', model: file('mlp.onnx') },
    })
    await assert.rejects(wrong, { code: 'BAD_REQUEST', hint: /--output boxes,scores,labels/ })
    const labels = floats([20], () => 1)
    const x = floats([20, most, 6], () => 1)
    await writeArrayFile(
      file('flat.npz'),
      new Map([
        ['x', x],
        ['labels', labels],
      ]),
    )
    await assert.rejects(judge({ ...detectors(1), data: file('flat.npz') }), { hint: /\[samples, most boxes, 5\]/ })
  })

  it('hold embeddings to how alike people find pairs, or to the original’s own cosines', async () => {
    const x = floats([60, 8], (index) => 3 * Math.sin(index * 1.7))
    const pairs: TensorValue = {
      dtype: 'int64',
      dims: [30, 2],
      data: BigInt64Array.from({ length: 60 }, (_, index) => BigInt((index * 7) % 60)),
    }
    const scores = floats([30], (index) => Math.cos(index))
    await writeArrayFile(
      file('pairs.npz'),
      new Map([
        ['x', x],
        ['pairs', pairs],
      ]),
    )
    await writeArrayFile(
      file('scored.npz'),
      new Map([
        ['x', x],
        ['pairs', pairs],
        ['scores', scores],
      ]),
    )
    const own = await judge({ data: file('pairs.npz'), task: 'pairs' })
    const { reference, unit, all, others } = own.quality
    assert.deepEqual(
      [reference, unit, all.samples, all.original.value, all.candidate.value],
      ['original', 'pairs', 30, 1, 1],
    )
    assert.deepEqual([others[0]?.candidate.value, own.measures.get('correlation-drop')?.value], [0, 0])
    const half = new Map([['half', Array.from({ length: 30 }, (_, index) => (index < 15 ? 'a' : 'b'))]])
    const scored = await judge({ data: file('scored.npz'), task: 'pairs', slicings: half })
    assert.equal(scored.quality.reference, 'labels')
    assert.ok(Math.abs(scored.quality.all.original.value) < 0.9)
    assert.deepEqual(
      scored.quality.slices.map(({ group, samples }) => [group, samples]),
      [
        ['a', 15],
        ['b', 15],
      ],
    )
    await assert.rejects(judge({ data: file('x.npz'), task: 'pairs' }), { message: /no array “pairs”/ })
    const samples = new Map([['place', Array<string>(60).fill('here')]])
    await assert.rejects(
      judge({ data: file('pairs.npz'), task: 'pairs', slicings: samples }),
      /are 60, .* has 30 pairs/,
    )
  })

  it('have a script say how right both models are, sample by sample', async () => {
    const run = { command: [process.execPath, file('score.mjs')], folder, timeoutMs: 60_000 }
    const slicings = new Map([['half', Array.from({ length: 60 }, (_, index) => (index < 30 ? 'a' : 'b'))]])
    const given = { data: file('labelled.npz'), slicings }
    const scored = await judge({ ...given, task: 'script', script: run })
    const counted = await judge(given)
    assert.equal(scored.quality.task, 'script')
    assert.equal(scored.quality.all.original.value, counted.quality.all.original.value)
    assert.deepEqual(
      scored.quality.slices.map(({ samples }) => samples),
      [30, 30],
    )
    assert.ok(scored.quality.all.original.interval)
    assert.equal(scored.measures.get('score-drop')?.value, 0)
  })

  it('let a script run the model of its environment itself, and give one score for all', async () => {
    const text = `
      import { readFileSync, statSync } from 'node:fs'
      const { RUNWRIGHT_MODEL, RUNWRIGHT_DATA } = process.env
      console.log(JSON.stringify({ score: readFileSync(RUNWRIGHT_MODEL).length / statSync(RUNWRIGHT_DATA).size }))`
    await writeFile(file('files.mjs'), text)
    const script = { command: [process.execPath, file('files.mjs')], folder, timeoutMs: 60_000 }
    const { quality } = await judge({ task: 'script', script })
    const expected = (await readFile(file('mlp.onnx'))).length / (await readFile(file('x.npz'))).length
    assert.equal(quality.all.candidate.value, expected)
    assert.equal(quality.all.change.interval, undefined)
  })
})
