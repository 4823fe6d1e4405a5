import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ConnectionState } from '../../src/extension/connections/connections.ts'
import { listModels, listVersions } from '../../src/extension/models/list-rows.ts'
import { presentModels } from '../../src/extension/models/model-presentation.ts'
import { findVersionFolder } from '../../src/extension/models/version-folder.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { promptTag } from '../../src/protocol/registered-models.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

describe('the rows of registered models', { timeout: 120_000 }, () => {
  let workspace: CliWorkspace
  let client: Client
  let runId: RunId

  before(async () => {
    workspace = await openCliWorkspace()
    client = await workspace.connect()
    const { experiment } = await client.call('experiments/ensure', { name: 'digits' })
    const { run } = await client.call('runs/start', { experimentId: experiment.experimentId, name: 'trained' })
    runId = run.runId
    const { uri, token = '' } = await client.tracking()
    const root = run.artifactUri.replace('mlflow-artifacts:/', `${uri}/api/2.0/mlflow-artifacts/artifacts/`)
    const headers = { authorization: `Bearer ${token}` }
    const stored = await fetch(`${root}/model/MLmodel`, { method: 'PUT', body: 'flavors: {}', headers })
    assert.ok(stored.ok)
    const prompt = { name: 'greeting', tags: [{ key: promptTag, value: 'true' }] }
    const made = await fetch(`${uri}/api/2.0/mlflow/registered-models/create`, {
      method: 'POST',
      body: JSON.stringify(prompt),
      headers: { ...headers, 'content-type': 'application/json' },
    })
    assert.ok(made.ok)
    await client.call('models/register', { runId, name: 'digits', alias: 'champion' })
    const tags = [{ key: tagNames.compressionTest, value: 'failed: speedup 0.9x' }]
    await client.call('models/register', { runId, name: 'digits', tags })
  })
  after(async () => {
    await client?.[Symbol.asyncDispose]()
    await workspace?.[Symbol.asyncDispose]()
  })

  const place = () => ({ kind: 'folder', path: workspace.folder, label: 'project' }) as const
  const list = (state: ConnectionState) =>
    listModels({ id: 'c', place: place(), settled: Promise.resolve(), state }, false)
  const connected = (): ConnectionState => {
    // SAFETY: rows of models have nothing to do with the tree of experiments.
    return { kind: 'connected', client, tree: undefined as never }
  }
  const versionsOf = (name: string) =>
    listVersions(() => Promise.resolve(client), { id: `c/${name}`, connectionId: 'c', name })

  it('are models without prompts, and their versions, the newest first', async () => {
    assert.deepEqual(
      (await list(connected())).map((row) => presentModels(row).spoken),
      ['Registered model digits, latest version 2, @champion 1'],
    )
    assert.deepEqual(
      (await versionsOf('digits')).map((row) => presentModels(row).spoken),
      ['Version 2, trained, test failed', 'Version 1, @champion, trained'],
    )
  })

  it('are none below a model that is gone, and say why where nothing can be asked', async () => {
    assert.deepEqual(await versionsOf('none'), [])
    const [row] = await list({ kind: 'failed', error: new Error('The disk is full.') })
    assert.deepEqual([row?.kind, row && presentModels(row).label], ['trouble', 'The disk is full.'])
  })

  it('lead to the folder that the run of a version keeps its model in', async () => {
    const [newest] = await versionsOf('digits')
    assert.ok(newest?.kind === 'model-version')
    const connections = {
      find: () => ({ place: place() }),
      client: () => Promise.resolve(client),
    }
    // SAFETY: of the connections no more is asked.
    const folder = await findVersionFolder({ connections: connections as never }, 'c', newest.version)
    const ofRun = join(
      workspace.folder,
      '.runwright/artifacts',
      newest.run?.experimentId ?? '',
      runId,
      'artifacts/model',
    )
    assert.equal(folder, ofRun)
  })
})
