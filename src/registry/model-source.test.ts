import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewModelVersion } from '../protocol/registered-models.ts'
import { openScratchRegistry, type ScratchRegistry } from './scratch-registry.ts'

async function openWithModel() {
  const registry = await openScratchRegistry()
  await registry.models.create({ name: 'digits' })
  const [run, other] = [await registry.addRun(), await registry.addRun()]
  const model = await registry.addLoggedModel(run)
  return { registry, run, other, model }
}

function create({ versions }: ScratchRegistry, version: Omit<NewModelVersion, 'name'>) {
  return versions.create({ name: 'digits', ...version })
}

describe('the source of a version', () => {
  it('is a folder of the run that is named, by either URI', async () => {
    const { registry, run } = await openWithModel()
    await using _ = registry
    const { runId, artifactUri } = run
    for (const source of [`runs:/${runId}/model`, `${artifactUri}/model`, artifactUri]) {
      const version = await create(registry, { source, runId })
      assert.deepEqual([version.source, version.storageLocation, version.runId], [source, source, runId])
    }
  })

  it('is a logged model, whose run and place are then the version’s', async () => {
    const { registry, run, model } = await openWithModel()
    await using _ = registry
    const { modelId } = model
    const version = await create(registry, { source: `models:/${modelId}`, modelId })
    assert.deepEqual([version.storageLocation, version.runId], [model.artifactUri, run.runId])
    const inside = await create(registry, { source: `${model.artifactUri}/part`, modelId })
    assert.equal(inside.runId, run.runId)
    const { tags } = await registry.tracking.models.get(modelId)
    assert.deepEqual(JSON.parse(tags[0]?.value ?? ''), [
      { name: 'digits', version: 1 },
      { name: 'digits', version: 2 },
    ])
  })

  it('is another version by number, alias or as the latest, and stays the one it was', async () => {
    const { registry, run, other } = await openWithModel()
    await using _ = registry
    await create(registry, { source: `runs:/${run.runId}/a`, runId: run.runId })
    await create(registry, { source: `runs:/${other.runId}/b`, runId: other.runId })
    await registry.models.setAlias('digits', 'champion', 1)
    for (const [source, number] of [
      ['models:/digits/1', 1],
      ['models:/digits@champion', 1],
      ['models:/digits/2', 2],
      ['models:/digits/latest', 5],
    ] as const) {
      const version = await create(registry, { source })
      assert.equal(version.source, `models:/digits/${number}`)
      assert.equal(version.runId, number === 1 ? run.runId : other.runId)
    }
    await assert.rejects(create(registry, { source: 'models:/digits/1', runId: other.runId }), /must match/)
    await assert.rejects(create(registry, { source: 'models:/nobody/1' }), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await assert.rejects(create(registry, { source: 'models:/digits/Production' }), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('is refused when it lies anywhere else, and no number is used up', async () => {
    const { registry, run, other, model } = await openWithModel()
    await using _ = registry
    const { runId, artifactUri } = run
    const refused: Omit<NewModelVersion, 'name'>[] = [
      { source: `runs:/${runId}/model` },
      { source: `runs:/${runId}/model`, runId: other.runId },
      { source: `runs:/${runId}/../${other.runId}/model`, runId },
      { source: `runs://${runId}/model`, runId },
      { source: `${artifactUri}-beside/model`, runId },
      { source: `${artifactUri}/../../${other.runId}/artifacts/model`, runId },
      { source: `${artifactUri}/%2e%2e/x`, runId },
      { source: `${artifactUri}\\..\\x`, runId },
      { source: `${artifactUri}?a=b`, runId },
      { source: other.artifactUri, runId },
      { source: `mlflow-artifacts://127.0.0.1:5000/0/${runId}/artifacts/model`, runId },
      { source: model.artifactUri, runId },
      { source: `models:/${model.modelId}` },
      { source: `models:/${model.modelId}`, runId },
      { source: `models:/m-${'0'.repeat(32)}`, modelId: `m-${'0'.repeat(32)}` },
      { source: '/etc/passwd', runId },
      { source: 'file:///etc/passwd', runId },
      { source: 's3://bucket/model', runId },
      { source: 'http://127.0.0.1:1/api/2.0/mlflow-artifacts/artifacts/x', runId },
      { source: 'mlflow-artifacts:/', runId },
    ]
    for (const version of refused) {
      await assert.rejects(create(registry, version), { code: 'INVALID_PARAMETER_VALUE' }, version.source)
    }
    assert.equal((await create(registry, { source: artifactUri, runId })).version, 1)
  })

  it('stays when its run is deleted', async () => {
    const { registry, run } = await openWithModel()
    await using _ = registry
    await create(registry, { source: run.artifactUri, runId: run.runId })
    await registry.tracking.runs.delete([run.runId])
    assert.equal((await registry.versions.get('digits', 1)).runId, run.runId)
  })
})
