import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listRerunParams, planRerun } from './rerun.ts'
import { tagNames } from './tag-names.ts'

interface Recorded {
  readonly command: readonly string[]
  readonly template?: readonly string[]
  readonly given?: readonly string[]
  readonly params?: Readonly<Record<string, string>>
}

function runOf({ command, template, given, params = {} }: Recorded) {
  const tags = [
    { key: tagNames.command, value: JSON.stringify(command) },
    ...(template ? [{ key: tagNames.commandTemplate, value: JSON.stringify(template) }] : []),
    ...(given ? [{ key: tagNames.launchParams, value: JSON.stringify(given) }] : []),
    { key: tagNames.workingDirectory, value: 'jobs' },
  ]
  return { name: 'otter', tags, params: Object.entries(params).map(([key, value]) => ({ key, value })) }
}

const change = (key: string, value: string) => [{ key, value }]

describe('a run started again', () => {
  it('repeats command, folder and the params it was started with', () => {
    const run = runOf({
      command: ['python', 'train.py', '--lr', '0.1'],
      template: ['python', 'train.py', '--lr', '{lr}'],
      given: ['lr'],
      params: { lr: '0.1', depth: '3' },
    })
    assert.deepEqual(planRerun(run, []), {
      command: ['python', 'train.py', '--lr', '{lr}'],
      params: [{ key: 'lr', value: '0.1' }],
      workingDirectory: 'jobs',
      changes: [],
    })
  })

  it('takes a changed value where the param was given at the start', () => {
    const run = runOf({ command: ['train', 'x=1'], template: ['train', 'x={x}'], given: ['x'], params: { x: '1' } })
    const { command, params, changes } = planRerun(run, change('x', '2'))
    assert.deepEqual([command, params], [['train', 'x={x}'], [{ key: 'x', value: '2' }]])
    assert.deepEqual(changes, [{ key: 'x', from: '1', to: '2', origin: 'launch' }])
  })

  it('rewrites the argument that holds the value, in every usual spelling', () => {
    const params = { batch_size: '32', lr: '0.001' }
    for (const [words, expected] of [
      [
        ['--batch-size', '32'],
        ['--batch-size', '64'],
      ],
      [['--batch_size=32'], ['--batch_size=64']],
      [
        ['-batch-size', '32'],
        ['-batch-size', '64'],
      ],
      [['+batch_size=32.0'], ['+batch_size=64']],
      [
        ['batch_size=32', '32'],
        ['batch_size=64', '32'],
      ],
    ] as const) {
      const { command, params: given } = planRerun(
        runOf({ command: ['p', ...words], params }),
        change('batch_size', '64'),
      )
      assert.deepEqual([command, given], [['p', ...expected], []])
    }
    const run = runOf({ command: ['p', '--lr', '1e-3'], params })
    assert.deepEqual(planRerun(run, change('lr', '0.01')).command, ['p', '--lr', '0.01'])
  })

  it('keeps an argument and the param given beside it in agreement', () => {
    const run = runOf({ command: ['p', '--lr', '0.1'], given: ['lr'], params: { lr: '0.1' } })
    const { command, params } = planRerun(run, change('lr', '0.2'))
    assert.deepEqual([command, params], [['p', '--lr', '0.2'], [{ key: 'lr', value: '0.2' }]])
  })

  it('refuses a param that only the program knows, and an argument of another value', () => {
    const run = runOf({ command: ['p', '--lr', '5', 'seed'], params: { lr: '0.1', seed: '1' } })
    for (const key of ['lr', 'seed']) {
      assert.throws(() => planRerun(run, change(key, '2')), { code: 'INVALID_PARAMETER_VALUE' })
    }
    assert.deepEqual(planRerun(run, change('seed', '1')).changes, [])
  })

  it('gives a param that the run did not have', () => {
    const { params, changes } = planRerun(runOf({ command: ['p'] }), change('note', 'b'))
    assert.deepEqual(params, [{ key: 'note', value: 'b' }])
    assert.deepEqual(changes, [{ key: 'note', from: undefined, to: 'b', origin: 'new' }])
  })

  it('says of each param what a change would replace', () => {
    const run = runOf({
      command: ['p', '--lr', '0.1'],
      given: ['note'],
      params: { seed: '1', lr: '0.1', note: 'a' },
    })
    assert.deepEqual(
      listRerunParams(run).map(({ key, origin }) => `${key}: ${origin}`),
      ['lr: argument', 'note: launch', 'seed: program'],
    )
  })

  it('is not possible without a whole record', () => {
    assert.throws(() => planRerun({ name: 'otter', tags: [], params: [] }, []), /does not say which command/)
    const cut = { name: 'otter', params: [], tags: [{ key: tagNames.command, value: '["python","tr' }] }
    assert.throws(() => planRerun(cut, []), /is not complete/)
  })
})
