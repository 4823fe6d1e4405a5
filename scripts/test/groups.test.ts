import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupTestFiles, listTestFiles, selectTestFiles } from './groups.ts'

const files = [
  'sample-workspace/digits.test.ts',
  'src/base/queue.test.ts',
  'src/store/sqlite.test.ts',
  'test/architecture.test.ts',
  'test/contract/database.test.ts',
  'test/integration/engine-kill.test.ts',
  'test/vscode/extension.test.ts',
]
const isIn = (group: string) =>
  groupTestFiles(files)
    .filter((entry) => entry.group.name === group)
    .flatMap((entry) => entry.files)

describe('test groups', () => {
  it('take every file once, and unit what has no group of its own', () => {
    const grouped = groupTestFiles(files).flatMap((entry) => entry.files)
    assert.deepEqual(grouped.toSorted(), files)
    assert.deepEqual(isIn('unit'), [
      'sample-workspace/digits.test.ts',
      'src/base/queue.test.ts',
      'src/store/sqlite.test.ts',
      'test/architecture.test.ts',
    ])
    assert.deepEqual(isIn('vscode'), ['test/vscode/extension.test.ts'])
  })

  it('are chosen by name, files by a piece of their path, and all without words', () => {
    assert.deepEqual(selectTestFiles(files, []), files)
    assert.deepEqual(selectTestFiles(files, ['vscode']), ['test/vscode/extension.test.ts'])
    assert.deepEqual(selectTestFiles(files, ['src/store', 'contract']), [
      'src/store/sqlite.test.ts',
      'test/contract/database.test.ts',
    ])
    assert.deepEqual(selectTestFiles(files, ['check']), [])
  })

  it('find this file, and nothing that was installed', () => {
    const found = listTestFiles(process.cwd())
    assert.ok(found.includes('scripts/test/groups.test.ts'))
    assert.deepEqual(
      found.filter((file) => file.includes('node_modules') || file.includes('.venv')),
      [],
    )
  })
})
