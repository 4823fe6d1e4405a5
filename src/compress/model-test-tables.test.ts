import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judgeGoal, type Measurements, parseGoal } from './goals.ts'
import { toHtml } from './model-test-html.ts'
import { toJunit } from './model-test-junit.ts'
import type { ModelTestReport } from './model-test-report.ts'
import { reportTables, sumUp } from './model-test-tables.ts'
import { parseProfile } from './targets.ts'

const measurements: Measurements = new Map([
  ['agreement', { value: 0.985, interval: [0.97, 0.995] }],
  ['size', { value: 3 * 2 ** 20 }],
])
const gates = ['agreement>=99%', 'size<=10MB', 'p99<=20ms'].map((text) => judgeGoal(parseGoal(text), measurements))

const report: ModelTestReport = {
  candidate: { name: 'small <b>&"\u0007.onnx', sizeBytes: 3 * 2 ** 20 },
  original: { name: 'model.onnx', sizeBytes: 9 * 2 ** 20 },
  data: { name: 'test.npz', samples: 1200, hasLabels: false },
  target: {
    profile: parseProfile('edge-box'),
    machine: { processor: 'Test', cores: 2, instructions: 'vnni' },
    notes: [],
  },
  checks: [{ name: 'loads', title: 'It loads', isPassed: true, details: 'ONNX Runtime loads it.' }],
  parity: [],
  quality: undefined,
  robustness: [],
  invalidInputs: [],
  precision: {
    integerNodes: 2,
    floatNodes: Array.from({ length: 60 }, (_, index) => ({ node: `conv${index}`, operator: 'Conv' })),
  },
  performance: undefined,
  gates,
  isPassed: false,
}

describe('the report of a model test', () => {
  it('shows what decides first, leaves out what is not known, and ends long lists with their rest', () => {
    const tables = reportTables(report)
    assert.deepEqual(
      tables.map(({ title }) => title),
      ['Gates', 'Checks', 'Nodes with weights that run in float: 60 of 62'],
    )
    assert.deepEqual(tables[0]?.rows, [
      ['agreement>=99%', '98.5%', '97% to 99.5%', 'missed, not surely'],
      ['size<=10MiB', '3 MiB', '', 'met'],
      ['p99<=20ms', '', '', 'not measured'],
    ])
    assert.deepEqual(tables[2]?.rows.at(-1), ['and 10 more'])
    assert.match(sumUp(report), /against model\.onnx: failed by agreement>=99%, p99<=20ms\.$/)
  })

  it('is a page on which names from strangers are texts, and every table has headers', () => {
    const page = toHtml(report)
    assert.doesNotMatch(page, /<b>|<script/)
    assert.match(page, /<title>Test of small &#60;b>|<title>Test of small &#60;b&#62;/)
    assert.equal(page.match(/<table>/g)?.length, 3)
    assert.match(page, /<th scope="col" class="number">FOUND<\/th>/)
    assert.match(page, /<td class="bad">missed, not surely<\/td>/)
  })

  it('is XML whatever characters names have, with a failure for each gate that is not met', () => {
    const xml = toJunit(report)
    assert.match(xml, /tests="4" failures="2" errors="0"/)
    assert.match(xml, /<testcase classname="checks" name="It loads"\/>/)
    assert.match(xml, /<failure message="missed, not surely: found 98\.5%">/)
    assert.match(xml, /name="p99&#60;=20ms"><failure message="not measured">/)
    assert.doesNotMatch(xml, /\p{Cc}(?<!\n)/u)
    assert.match(xml, /small &#60;b&#62;&#38;&#34; \.onnx/)
  })
})
