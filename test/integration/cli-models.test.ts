import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseRunId } from '../../src/protocol/ids.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
})
after(() => workspace[Symbol.asyncDispose]())

/** Stores a model's file in each of the folders, as a program with no client would. */
const logModels = (folders: readonly string[]) => `
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: id } = process.env
  const headers = { authorization: 'Bearer ' + token }
  const { run } = await (await fetch(uri + '/api/2.0/mlflow/runs/get?run_id=' + id, { headers })).json()
  const root = uri + '/api/2.0/mlflow-artifacts/artifacts/' + run.info.artifact_uri.replace('mlflow-artifacts:/', '')
  for (const folder of ${JSON.stringify(folders)}) {
    const answer = await fetch(root + '/' + folder + '/MLmodel', { method: 'PUT', body: 'flavors: {}', headers })
    if (!answer.ok) throw new Error(await answer.text())
  }`

async function train(name: string, folders: readonly string[]): Promise<string> {
  const script = ['--', process.execPath, '--input-type=module', '-e', logModels(folders)]
  return String((await workspace.json('run', '-n', name, ...script))['runId'])
}

describe('runwright models', { timeout: 300_000 }, () => {
  it('registers, shows, names and deletes versions', async () => {
    const runId = await train('one', ['model'])
    const register = ['models', 'register', 'one', '--name', 'digits'] as const
    const { version } = await workspace.json(...register, '--alias', 'champion')
    assert.ok(typeof version === 'object' && version !== null)
    assert.deepEqual(
      { ...version, creationTime: 0, lastUpdateTime: 0 },
      {
        name: 'digits',
        version: 1,
        description: '',
        source: `runs:/${runId}/model`,
        storageLocation: `runs:/${runId}/model`,
        runId,
        runLink: '',
        stage: 'None',
        creationTime: 0,
        lastUpdateTime: 0,
        tags: [],
        aliases: ['champion'],
      },
    )
    assert.match((await workspace.run(...register)).stdout, /^Registered digits version 2 from runs:\//)
    await workspace.json('models', 'alias', 'digits', '2', 'champion')
    assert.match((await workspace.run('models', 'list')).stdout, /^digits +2 +champion=2 /m)
    const { stdout } = await workspace.run('models', 'show', 'digits')
    assert.match(stdout, new RegExp(`^ +2 +champion +${runId.slice(0, 8)} .*\\n +1 +${runId.slice(0, 8)} `, 'm'))

    await workspace.json('models', 'delete', 'digits', '--version', '2')
    assert.match((await workspace.run('models', 'list')).stdout, /^digits +1 +\S/m)
    await workspace.json('models', 'delete', 'digits')
    assert.deepEqual(await workspace.json('models', 'list'), { models: [] })
  })

  it('shows which data a version is, and how its compression was tested', async () => {
    const runId = parseRunId(await train('tested', ['model'])) ?? assert.fail('The run has no id.')
    await using client = await workspace.connect()
    const data = { path: 'model.onnx', md5: '12'.repeat(16) }
    const tags = [{ key: tagNames.compressionTest, value: 'passed: speedup 2x' }]
    await client.call('models/register', { runId, name: 'small', data, tags })
    const { stdout } = await workspace.run('models', 'show', 'small')
    assert.match(stdout, /VERSION +ALIASES +RUN +DATA +TEST +REGISTERED +SOURCE/)
    assert.match(stdout, new RegExp(`^ +1 +${runId.slice(0, 8)} +12121212 +passed `, 'm'))
    await client.call('models/delete', { name: 'small' })
  })

  it('says what it lacks, by words and exit code', async () => {
    await train('several', ['a', 'b'])
    await train('none', [])
    for (const [words, exitCode, pattern] of [
      ['register several', 2, /Give --name NAME/],
      ['register several --name x', 2, /has 2 models[^]*a, b/],
      ['register none --name x', 3, /has logged no model/],
      ['register several --name x --path c', 3, /nothing at "c"/],
      ['register several --name x/y --path a', 2, /Names cannot contain/],
      ['register several --name x --path a --alias latest', 2, /reserved/],
      ['show x', 3, /name=x not found/],
      ['alias x one y', 2, /no version/],
      ['alias x 1 y', 3, /not found/],
      ['delete x', 3, /not found/],
    ] as const) {
      const finished = await workspace.run('models', ...words.split(' '))
      assert.equal(finished.exitCode, exitCode, words)
      assert.match(finished.stderr, pattern, words)
    }
    assert.deepEqual(await workspace.json('models', 'list'), { models: [] })
    const { version } = await workspace.json('models', 'register', 'several', '--name', 'x', '--path', 'a')
    assert.ok(JSON.stringify(version).includes('/a"'))
  })
})
