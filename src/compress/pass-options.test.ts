import assert from 'node:assert/strict'
import { it } from 'node:test'
import { refuses } from '../onnx/test-refusal.ts'
import { readOptions } from './pass-options.ts'

const options = {
  share: { type: 'number', min: 0, max: 1, default: 0.5, summary: '' },
  steps: { type: 'integer', min: 1, max: 10, default: 3, summary: '' },
  method: { type: 'choice', choices: ['fast', 'exact'], default: 'fast', summary: '' },
  deep: { type: 'boolean', default: false, summary: '' },
} as const

it('options are those given, and the defaults of the others', () => {
  assert.deepEqual(readOptions('A pass', options, {}), { share: 0.5, steps: 3, method: 'fast', deep: false })
  const given = { share: 1, steps: 10, method: 'exact', deep: true }
  assert.deepEqual(readOptions('A pass', options, given), given)
})

it('options are refused that the pass does not have, or with a value that is none of theirs', () => {
  const read = (given: Readonly<Record<string, unknown>>) => () => readOptions('A pass', options, given)
  refuses('INVALID_PARAMETER_VALUE', /A pass has no option “speed”/, read({ speed: 1 }))
  refuses('INVALID_PARAMETER_VALUE', /has no option “__proto__”/, read(JSON.parse('{"__proto__": 1}')))
  refuses('INVALID_PARAMETER_VALUE', /“share” of A pass must be a number from 0 to 1/, read({ share: 1.01 }))
  refuses('INVALID_PARAMETER_VALUE', /“share” of A pass must be a number/, read({ share: Number.NaN }))
  refuses('INVALID_PARAMETER_VALUE', /“steps” of A pass must be an integer from 1 to 10/, read({ steps: 2.5 }))
  refuses('INVALID_PARAMETER_VALUE', /“method” of A pass must be one of fast, exact/, read({ method: 'slow' }))
  refuses('INVALID_PARAMETER_VALUE', /“deep” of A pass must be true or false/, read({ deep: 'yes' }))
})
