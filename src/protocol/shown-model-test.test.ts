import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printedReport, shownReport } from './test-model-test-report.ts'
import { parseModelTest } from './shown-model-test.ts'

describe('the report of a test as it is shown', () => {
  it('has what JSON cannot write as no number', () => {
    const report = shownReport(['speedup>=1x'])
    assert.ok(Number.isNaN(report.performance?.startUp.candidate.load.value))
    assert.equal(report.performance?.startUp.original.load.value, 22)
    assert.deepEqual(report.gates[0]?.measurement?.interval, [2.2, 2.44])
  })

  it('lacks what there was nothing to say of, and leaves out what it does not know', () => {
    const printed = { ...Object(printedReport([])), quality: null, precision: undefined, weather: 'fine' }
    const report = parseModelTest(printed)
    assert.deepEqual([report.quality, report.precision, 'weather' in report], [undefined, undefined, false])
  })

  it('is refused where it is something else, by the place', () => {
    assert.throws(() => parseModelTest({ ...Object(printedReport([])), parity: [{ output: 1 }] }), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /parity\[0\]\.output/,
    })
    assert.throws(() => parseModelTest('report'), { code: 'INVALID_PARAMETER_VALUE' })
  })
})
