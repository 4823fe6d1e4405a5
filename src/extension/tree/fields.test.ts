import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { codeFields, paramFields } from './fields.ts'
import { newLoadedRun } from './test-elements.ts'

const rows = (fields: ReturnType<typeof codeFields>) =>
  fields.map(({ name, value, shown }) => `${name}: ${shown ?? value}`)

describe('the params of a run', () => {
  it('are sorted by name', () => {
    const params = [{ key: 'lr', value: '0.1' }, { key: 'batch', value: '32' }] // prettier-ignore
    assert.deepEqual(rows(paramFields({ ...newLoadedRun(), params })), ['batch: 32', 'lr: 0.1'])
  })
})

describe('the code of a run', () => {
  it('names commit and branch, and opens source and patch', () => {
    const run = newLoadedRun({
      'mlflow.source.name': 'train.py',
      'mlflow.source.git.commit': '939e937916851fd53bc99e716012345678901234',
      'mlflow.source.git.branch': 'main',
      'runwright.git.dirty': 'true',
      'runwright.command': '["python","train.py"]',
    })
    assert.deepEqual(rows(codeFields(run)), [
      'Source: train.py',
      'Command: python train.py',
      'Commit: 939e93791685',
      'Branch: main',
      'Changes: uncommitted patch',
    ])
    assert.deepEqual(
      codeFields(run).flatMap(({ opens }) => opens ?? []),
      ['source', { artifactPath: 'code/uncommitted.patch' }],
    )
  })

  it('says when nothing differed from the commit', () => {
    assert.deepEqual(rows(codeFields(newLoadedRun({ 'runwright.git.dirty': 'false' }))), [
      'Changes: none, as committed',
    ])
  })

  it('names the folder of a run that was not in the workspace’s own', () => {
    assert.deepEqual(rows(codeFields(newLoadedRun({ 'runwright.cwd': '.' }))), [])
    assert.deepEqual(rows(codeFields(newLoadedRun({ 'runwright.cwd': 'models' }))), ['Folder: models'])
  })

  it('leaves out a command that nobody can read', () => {
    assert.deepEqual(codeFields(newLoadedRun({ 'runwright.command': 'python train.py' })), [])
    assert.deepEqual(codeFields(newLoadedRun({ 'runwright.command': '[1]' })), [])
  })
})
