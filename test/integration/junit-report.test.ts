import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { toJunit } from '../../src/compress/model-test-junit.ts'
import type { ModelTestReport } from '../../src/compress/model-test-report.ts'
import { judgeGoal, type MeasureName, type Measurement, parseGoal } from '../../src/compress/goals.ts'
import { findTestPython } from '../servers/test-python.ts'

/** Reads XML as build servers do, and prints what their pages show. */
const reader = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.argv[1].encode('utf-8'))
suite, = root
case = lambda each: [each.get('classname'), each.get('name'), [[child.tag, child.get('message'), child.text] for child in each]]
print(json.dumps([[root.tag, root.attrib], [suite.tag, suite.attrib], [case(each) for each in suite], [each.tag for each in suite]]))
`

const measured: ReadonlyMap<MeasureName, Measurement> = new Map([['size', { value: 2048 }]])
const strange = 'a<b & "c" \u0001\ud800 é 模型\n]]>'

function reportOf(name: string): Pick<ModelTestReport, 'candidate' | 'original' | 'checks' | 'gates'> {
  return {
    candidate: { name, sizeBytes: 1 },
    original: { name: 'model.onnx', sizeBytes: 1 },
    checks: [
      { name: 'loads', title: 'It loads', isPassed: true, details: 'In 3 ms.' },
      { name: 'runs', title: 'It runs', isPassed: false, details: strange },
    ],
    gates: ['size<=1kB', 'p99<=20ms', 'size<=1MB'].map((text) => judgeGoal(parseGoal(text), measured)),
  }
}

describe('the report of a test as JUnit', { timeout: 300_000 }, () => {
  it('is read by a parser of XML, whatever names and reasons hold', async () => {
    // SAFETY: it reads these four fields.
    const xml = toJunit(reportOf(strange) as ModelTestReport)
    const { stdout } = await promisify(execFile)(findTestPython(process.env), ['-c', reader, xml])
    const [root, suite, cases, tags] = JSON.parse(stdout)
    const counts = { tests: '5', failures: '3', errors: '0', skipped: '0' }
    assert.deepEqual(root, ['testsuites', { name: 'runwright model test', ...counts }])
    const told = 'a<b & "c"  \ufffd é 模型 ]]>'
    assert.deepEqual(suite, ['testsuite', { name: `${told} against model.onnx`, ...counts }])
    assert.deepEqual([...new Set(tags)], ['testcase'])
    assert.deepEqual(cases, [
      ['checks', 'It loads', []],
      ['checks', 'It runs', [['failure', told, told]]],
      ['gates', 'size<=1KiB', [['failure', 'missed: found 2 KiB', 'missed: found 2 KiB']]],
      ['gates', 'p99<=20ms', [['failure', 'not measured', 'not measured']]],
      ['gates', 'size<=1MiB', []],
    ])
  })
})
