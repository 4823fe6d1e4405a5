import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createArtifacts } from '../tracking/artifacts.ts'
import { createFolderArtifactStore } from '../tracking/folder-artifact-store.ts'
import { createRegistryMethods } from './methods.ts'
import { createRunModels } from './run-models.ts'
import { openScratchRegistry } from './scratch-registry.ts'

async function open() {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-models-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const registry = opened.use(await openScratchRegistry())
  const artifacts = createArtifacts({ store: createFolderArtifactStore(folder), changed: () => {} })
  const runModels = createRunModels({ tracking: registry.tracking, artifacts })
  const run = await registry.addRun()
  const closing = opened.move()
  return {
    registry,
    run,
    runModels,
    methods: createRegistryMethods(registry, runModels),
    async write(path: string) {
      const bytes = (async function* () {
        yield new Uint8Array(3)
      })()
      await artifacts.write(`${run.artifactUri.replace('mlflow-artifacts:/', '')}/${path}`, bytes)
    },
    async logModel() {
      const model = await registry.addLoggedModel(run)
      await registry.tracking.runs.logOutputs(run.runId, [{ modelId: model.modelId, step: 0 }])
      return model
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

describe('the models of a run', () => {
  it('are its logged models and the folders with a model in them', async () => {
    await using place = await open()
    const { runId } = place.run
    await assert.rejects(place.runModels.get(runId, undefined), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await place.write('old/MLmodel')
    await place.write('plots/loss.png')
    const folder = { path: 'old', source: `runs:/${runId}/old` }
    assert.deepEqual(await place.runModels.get(runId, undefined), folder)
    const { name, modelId, artifactUri } = await place.logModel()
    const logged = { path: name, source: `models:/${modelId}`, modelId, artifactUri }
    assert.deepEqual(await place.runModels.list(runId), [logged, folder])
    await assert.rejects(place.runModels.get(runId, undefined), { code: 'INVALID_PARAMETER_VALUE' })
    assert.equal((await place.runModels.get(runId, modelId)).path, name)
    assert.equal((await place.runModels.get(runId, 'plots/loss.png')).source, `runs:/${runId}/plots/loss.png`)
    await assert.rejects(place.runModels.get(runId, 'plots/other.png'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await place.registry.tracking.models.delete(modelId)
    assert.deepEqual(await place.runModels.list(runId), [folder])
  })

  it('are registered under a new name or an old one, with an alias that moves', async () => {
    await using place = await open()
    const { runId } = place.run
    await place.write('model/MLmodel')
    const register = place.methods['models/register']
    const params = register.parse({ runId, name: 'digits', alias: 'champion' })
    const { version: first } = await register.run(params)
    const tags = [{ key: 'team', value: 'digits' }]
    const { version: second } = await register.run({ ...params, tags })
    assert.deepEqual([first.version, first.aliases, first.runId], [1, ['champion'], runId])
    assert.deepEqual([second.version, second.aliases, second.tags], [2, ['champion'], tags])
    const { model, versions } = await place.methods['models/get'].run({ name: 'digits' })
    assert.deepEqual(model.aliases, [{ alias: 'champion', version: 2 }])
    assert.deepEqual(
      versions.map(({ version, aliases }) => [version, aliases]),
      [
        [2, ['champion']],
        [1, []],
      ],
    )
  })

  it('are not registered at all, and no name is made, when something of it is wrong', async () => {
    await using place = await open()
    const { runId } = place.run
    await place.write('model/MLmodel')
    const register = place.methods['models/register']
    for (const wrong of [
      { alias: 'latest' },
      { alias: 'v1' },
      { name: 'a/b' },
      { runId: '../x' },
      { path: 7 },
      { tags: [{}] },
    ]) {
      assert.throws(() => register.parse({ runId, name: 'digits', ...wrong }), { code: 'INVALID_PARAMETER_VALUE' })
    }
    await assert.rejects(register.run({ runId, name: 'digits', path: 'nothing' }), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await assert.rejects(place.registry.versions.register({ name: 'digits', source: '/etc', runId }, 'champion'), {
      code: 'INVALID_PARAMETER_VALUE',
    })
    assert.deepEqual(await place.methods['models/list'].run({}), { models: [] })
  })
})
