import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseDataProgress } from '../../src/protocol/data-progress.ts'
import { parseDataStatus } from '../../src/protocol/data-status.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

/** What the extension asks of the command line about data. */
describe('data for the extension', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  before(async () => {
    workspace = await openCliWorkspace()
    await workspace.json('init')
    await workspace.write('people.csv', 'id,city\n1,Rome\n2,Oslo\n')
    await mkdir(join(workspace.folder, 'data'))
    await workspace.write('data/a', 'a')
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('comes with progress in lines of JSON, and the root of the repository', async () => {
    const { stderr, exitCode } = await workspace.run('data', 'add', '--json', '--progress-json', 'people.csv', 'data')
    assert.equal(exitCode, 0, stderr)
    const told = stderr.trimEnd().split('\n').map(parseDataProgress)
    assert.ok(told.length > 0 && told.every((progress) => progress !== undefined), stderr)
    const status = parseDataStatus(await workspace.json('data', 'status'), '')
    assert.equal(status.root, workspace.folder)
    assert.deepEqual(
      status.outs.map(({ path, state, isFolder, sizeBytes }) => [path, state, isFolder, sizeBytes]),
      [
        ['data', 'clean', true, 1],
        ['people.csv', 'clean', false, 22],
      ],
    )
  })

  it('asks the remote what it lacks, and ends with 1 for it where that is wanted', async () => {
    await workspace.json('data', 'remote', 'add', '--default', 'store', join(workspace.folder, 'store'))
    const { exitCode, stdout } = await workspace.run('data', 'status', '--remote', '--exit-code')
    assert.equal(exitCode, 1)
    assert.match(stdout, /people\.csv: clean\n {2}not in the remote: 1 object\n/)
  })

  it('is compared with what the .dvc file says, and with the version before', async () => {
    await workspace.write('people.csv', 'id,city\n1,Rome\n2,Bergen\n')
    const { stdout } = await workspace.run('data', 'compare', 'people.csv')
    assert.match(stdout, /^people\.csv\.dvc → the workspace\n\n# `people\.csv`: changed/)
    const refused = await workspace.run('data', 'compare', 'people.csv', 'data', '--from', 'HEAD')
    assert.equal(refused.exitCode, 2)
    assert.match(refused.stderr, /--from and --to take one PATH/)
  })

  it('is previewed as a table', async () => {
    const { stdout } = await workspace.run('data', 'preview', 'people.csv')
    assert.match(stdout, /^2 rows, 2 columns\n/)
    assert.match(stdout, /^city +VARCHAR/m)
    const none = await workspace.run('data', 'preview', 'none.csv')
    assert.equal(none.exitCode, 3)
  })
})
