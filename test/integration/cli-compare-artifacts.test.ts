import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { parseObject } from './cli-workspace.ts'
import { runCli } from './run-cli.ts'

describe('runwright compare --artifacts', { timeout: 300_000 }, () => {
  let workspace: TestWorkspace
  const compare = (...args: string[]) => runCli(workspace.folder, 'compare', '--artifacts', ...args)

  before(async () => {
    await bundle({ production: false })
    workspace = await openTestWorkspace()
    const same = { 'eval/same.txt': 'equal' }
    const files = { ...same, 'eval/bytes.txt': 'aaa', 'eval/size.txt': 'a', 'masks/step_1.png': 'x' }
    await workspace.logRun('digits', { name: 'left', artifacts: files })
    await workspace.logRun('digits', {
      name: 'right',
      artifacts: { ...same, 'eval/bytes.txt': 'bbb', 'eval/size.txt': 'aaaa', 'masks/step_2.png': 'x' },
    })
    await workspace.logRun('digits', { name: 'twin', artifacts: files })
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('shows the files that differ by size or bytes, or that one run lacks', async () => {
    const { stdout } = await compare('left', 'right')
    assert.deepEqual(
      stdout.split('\n').map((line) => line.trim().split(/ {2,}/)),
      [
        ['Artifacts (4 of 5 differ)'],
        ['left', 'right'],
        ['eval/bytes.txt', '3 bytes 9834876dcfb0', '3 bytes 3e744b9dc393'],
        ['eval/size.txt', '1 byte', '4 bytes'],
        ['masks/step_*.png, step 1', '1 byte'],
        ['masks/step_*.png, step 2', '1 byte'],
        [''],
      ],
    )
  })

  it('shows those that are equal as well when asked, and says so when all are', async () => {
    const { stdout } = await compare('left', 'right', '--all')
    assert.match(stdout, /^eval\/same\.txt +(5 bytes \w{12}) +\1$/m)
    assert.equal((await compare('left', 'twin')).stdout, 'No artifact differs.\n')
  })

  it('prints JSON for programs', async () => {
    const { artifacts, runs, cutRuns } = parseObject((await compare('left', 'right', '--json')).stdout)
    assert.ok(Array.isArray(artifacts) && Array.isArray(runs))
    const names = runs.map(({ name }) => name)
    assert.deepEqual([names, cutRuns], [['left', 'right'], []])
    assert.equal(artifacts.length, 4)
    assert.deepEqual(
      artifacts.find(({ key }) => key === 'eval/size.txt'),
      {
        key: 'eval/size.txt',
        step: null,
        kind: 'text',
        values: [
          { path: 'eval/size.txt', sizeBytes: 1 },
          { path: 'eval/size.txt', sizeBytes: 4 },
        ],
        isDifferent: true,
      },
    )
    const { values } = artifacts.find(({ key }) => key === 'eval/bytes.txt')
    assert.match(values[0].sha256, /^9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0$/)
  })
})
