import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ModelProto } from 'onnx-buf'
import { copyModel } from '../onnx/edit-graph.ts'
import { writeModel } from '../onnx/model.ts'
import { writeArrayFile } from '../onnx/npz.ts'
import { oneOperatorModel, reshapeModel } from '../onnx/test-session-models.ts'
import { mlpModel } from '../onnx/test-models.ts'
import { testRuntime } from '../onnx/test-runtime.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { parseGoal } from './goals.ts'
import { type ModelTestRequest, testModel } from './model-test.ts'
import { parseProfile } from './targets.ts'

const context = { runtime: testRuntime, signal: new AbortController().signal }
const samples = 60

/** Points along a wave, in eight columns. */
const x: TensorValue = {
  dtype: 'float32',
  dims: [samples, 8],
  data: Float32Array.from({ length: samples * 8 }, (_, index) => 3 * Math.sin(index * 1.7)),
}

function classifier(model: ModelProto) {
  return { name: 'mlp.onnx', model: writeModel(model) }
}

/** The last layer's bias is moved, so that one class is said more often. */
function movedModel(by: number): ModelProto {
  const model = copyModel(mlpModel())
  const bias = model.graph?.initializer.find(({ name }) => name === 'b2')
  assert.ok(bias)
  const values = new Float32Array(bias.rawData.slice().buffer)
  values[2] = (values[2] ?? 0) + by
  bias.rawData = new Uint8Array(values.buffer)
  return model
}

describe('the test of a model', { timeout: 300_000 }, () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  const plan = { rounds: 6, budgetMs: 30, maxRuns: 10 }
  const request = (given: Partial<ModelTestRequest>): ModelTestRequest => ({
    candidate: classifier(mlpModel()),
    original: classifier(mlpModel()),
    data: file('x.npz'),
    profile: parseProfile('this-machine,threads=1'),
    gates: [],
    settings: [],
    plan,
    task: undefined,
    output: undefined,
    classes: undefined,
    slicings: new Map(),
    ...given,
  })
  const test = (given: Partial<ModelTestRequest>) => testModel(request(given), context)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-model-test-'))
    await writeArrayFile(file('x.npz'), new Map([['x', x]]))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('passes the same model in everything', async () => {
    const goals = ['agreement>=100%', 'accuracy-drop<=0%', 'max-error<=0', 'similarity>=0.999', 'size<=10MB']
    const gates = [...goals, 'robust-agreement>=100%', 'p99<=60s', 'start-up<=60s', 'memory<=10GB'].map(parseGoal)
    const report = await test({ gates, settings: [{ threads: 1, batch: 8 }] })
    assert.deepEqual(
      [...report.checks, ...report.gates.map(({ text, isMet }) => ({ name: text, isPassed: isMet }))]
        .filter(({ isPassed }) => !isPassed)
        .map(({ name }) => name),
      [],
    )
    assert.ok(report.isPassed)
    assert.deepEqual(
      report.performance?.comparisons.map(({ setting }) => setting),
      [
        { threads: 1, batch: 1 },
        { threads: 1, batch: 8 },
      ],
    )
    assert.equal(report.precision?.floatNodes.length, 2)
    assert.equal(report.robustness.length, 6)
    assert.equal(report.quality?.reference, 'original')
  })

  it('fails one that answers otherwise, and says how often and for which classes and slices', async () => {
    const slices = Array.from({ length: samples }, (_, index) => (index < 30 ? 'early' : 'late'))
    const { isPassed, gates, quality, parity } = await test({
      candidate: classifier(movedModel(0.4)),
      gates: [parseGoal('agreement>=99%'), parseGoal('accuracy-drop<=1%')],
      slicings: new Map([['time', slices]]),
    })
    assert.deepEqual([isPassed, gates.map(({ isMet }) => isMet)], [false, [false, false]])
    const all = quality?.all
    assert.ok(all !== undefined && all.original.value === 1 && all.candidate.value < 1)
    assert.ok(Math.abs(all.change.value - (1 - all.candidate.value)) < 1e-12)
    assert.equal(parity[0]?.agreement?.value, all.candidate.value)
    const lost = (groups: readonly { samples: number; change: { value: number } }[]) =>
      groups.reduce((sum, group) => sum + group.samples * group.change.value, 0)
    assert.ok(Math.abs(lost(quality?.classes ?? []) - samples * all.change.value) < 1e-9)
    assert.ok(Math.abs(lost(quality?.slices ?? []) - samples * all.change.value) < 1e-9)
    assert.deepEqual(
      quality?.slices.map(({ slicing, group, samples: count }) => [slicing, group, count]),
      [
        ['time', 'early', 30],
        ['time', 'late', 30],
      ],
    )
    // What class 2 is said for in place of others is no loss of class 2.
    assert.equal(quality?.classes.find(({ group }) => group === '2')?.change.value ?? 0, 0)
  })

  it('fails one that does not load, or is another model, with the reason', async () => {
    const damaged = await test({ candidate: { name: 'damaged.onnx', model: Uint8Array.of(1, 2, 3) } })
    assert.equal(damaged.isPassed, false)
    assert.match(damaged.checks[0]?.details ?? '', /damaged\.onnx: ONNX Runtime says: /)
    const other = await test({ candidate: { name: 'other.onnx', model: oneOperatorModel('Relu') } })
    assert.equal(other.isPassed, false)
    assert.match(
      other.checks.find(({ name }) => name === 'signature')?.details ?? '',
      /takes \[N\] and took \[batch, 8\]/,
    )
    await assert.rejects(test({ original: { name: 'damaged.onnx', model: Uint8Array.of(1) } }), /^ModelFailed|damaged/)
  })

  it('fails one whose outputs have other dims, and blames no model for labels that do not fit', async () => {
    const one = new Map([['x', { ...x, dims: [x.data.length] }]])
    await writeArrayFile(file('one.npz'), one)
    const given = { original: { name: 'relu.onnx', model: oneOperatorModel('Relu') }, data: file('one.npz') }
    const candidate = { name: 'column.onnx', model: reshapeModel('float32') }
    const report = await test({ ...given, candidate })
    assert.equal(report.isPassed, false)
    assert.match(report.checks.at(-1)?.details ?? '', /output “y” has the dims \[32, 1\], and the original’s \[32\]/)
    const labels: TensorValue = { dtype: 'string', dims: [x.data.length], data: Array(x.data.length).fill('cat') }
    await writeArrayFile(file('cats.npz'), new Map<string, TensorValue>(one).set('labels', labels))
    const cats = test({ ...given, candidate: given.original, data: file('cats.npz') })
    await assert.rejects(cats, { code: 'BAD_REQUEST', message: /labels do not fit the output “y”/ })
  })

  it('holds a regression to its labels, by errors', async () => {
    const values = Float32Array.from({ length: samples }, (_, index) => Math.cos(index))
    const y: TensorValue = { dtype: 'float32', dims: [samples], data: values }
    const labels: TensorValue = { ...y, data: values.map((value) => Math.abs(value) + 0.1) }
    await writeArrayFile(
      file('y.npz'),
      new Map([
        ['x', y],
        ['labels', labels],
      ]),
    )
    const { quality, gates } = await test({
      original: { name: 'abs.onnx', model: oneOperatorModel('Abs') },
      candidate: { name: 'relu.onnx', model: oneOperatorModel('Relu') },
      data: file('y.npz'),
      gates: [parseGoal('error-increase<=5%')],
    })
    assert.equal(quality?.task, 'regression')
    assert.ok(Math.abs((quality?.all.original.value ?? 0) - 0.1) < 1e-6)
    assert.ok((quality?.all.candidate.value ?? 0) > 0.3)
    assert.deepEqual([gates[0]?.isMet, gates[0]?.isSure], [false, true])
  })

  it('leaves a gate unmet that could not be measured', async () => {
    const { gates, isPassed } = await test({
      original: { name: 'a.onnx', model: reshapeModel('float32') },
      candidate: { name: 'b.onnx', model: reshapeModel('float32') },
      data: file('y.npz'),
      task: 'similarity',
      gates: [parseGoal('accuracy-drop<=1%'), parseGoal('similarity>=1')],
    })
    assert.deepEqual(
      gates.map(({ isMet }) => isMet),
      [false, true],
    )
    assert.equal(isPassed, false)
  })
})
