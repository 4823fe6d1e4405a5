import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Run } from '../../protocol/runs.ts'
import { codeFields, environmentFields, paramFields } from './fields.ts'
import { newRow } from './test-elements.ts'

function newRun(change: Partial<Run> = {}): Run {
  const { values: _, stoppable: __, ...row } = newRow(1)
  return { ...row, params: [], tags: [], metrics: [], datasets: [], modelInputs: [], modelOutputs: [], ...change }
}

const tagged = (tags: Record<string, string>) =>
  newRun({ tags: Object.entries(tags).map(([key, value]) => ({ key, value })) })

const rows = (fields: ReturnType<typeof codeFields>) => fields.map(({ name, value }) => `${name}: ${value}`)

describe('the params of a run', () => {
  it('are sorted by name', () => {
    const params = [{ key: 'lr', value: '0.1' }, { key: 'batch', value: '32' }] // prettier-ignore
    assert.deepEqual(rows(paramFields(newRun({ params }))), ['batch: 32', 'lr: 0.1'])
  })
})

describe('the code of a run', () => {
  it('names commit and branch, and opens source and patch', () => {
    const run = tagged({
      'mlflow.source.name': 'train.py',
      'mlflow.source.git.commit': 'abc123',
      'mlflow.source.git.branch': 'main',
      'runwright.git.dirty': 'true',
      'runwright.command': '["python","train.py"]',
    })
    assert.deepEqual(rows(codeFields(run)), [
      'Source: train.py',
      'Command: python train.py',
      'Commit: abc123',
      'Branch: main',
      'Changes: uncommitted patch',
    ])
    assert.deepEqual(
      codeFields(run).flatMap(({ opens }) => opens ?? []),
      ['source', { artifactPath: 'code/uncommitted.patch' }],
    )
  })

  it('says when nothing differed from the commit', () => {
    assert.deepEqual(rows(codeFields(tagged({ 'runwright.git.dirty': 'false' }))), ['Changes: none, as committed'])
  })

  it('leaves out a command that nobody can read', () => {
    assert.deepEqual(codeFields(tagged({ 'runwright.command': 'python train.py' })), [])
    assert.deepEqual(codeFields(tagged({ 'runwright.command': '[1]' })), [])
  })
})

describe('the environment of a run', () => {
  it('is the user alone when nothing was recorded', () => {
    assert.deepEqual(rows(environmentFields(newRun(), undefined)), ['User: ada'])
  })

  it('shows each recorded value under its path, and the file last', () => {
    const recorded = {
      interpreter: { version: '3.11' },
      gpus: [],
      locks: [{ name: 'a.lock' }],
      variables: ['PATH', 'HOME'],
    }
    assert.deepEqual(rows(environmentFields(tagged({ 'runwright.exit': '0' }), recorded)), [
      'User: ada',
      'Exit: 0',
      'interpreter.version: 3.11',
      'locks[0].name: a.lock',
      'variables: PATH, HOME',
      'All: environment/environment.json',
    ])
  })

  it('is bounded however much was recorded', () => {
    const recorded = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`v${index}`, index]))
    assert.ok(environmentFields(newRun(), recorded).length < 100)
  })
})
