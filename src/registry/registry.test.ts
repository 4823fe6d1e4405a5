import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseModelVersionFilter, parseRegisteredModelFilter } from '../protocol/mlflow/filter.ts'
import { parseModelVersionOrder } from '../protocol/mlflow/order-by.ts'
import { openScratchRegistry, type ScratchRegistry } from './scratch-registry.ts'

async function addVersion({ versions, addRun }: ScratchRegistry, name: string): Promise<number> {
  const { runId, artifactUri } = await addRun()
  return (await versions.create({ name, source: `${artifactUri}/model`, runId })).version
}

describe('registered models', () => {
  it('have a name of their own', async () => {
    await using registry = await openScratchRegistry()
    const tags = [{ key: 'team', value: 'a' }]
    const model = await registry.models.create({ name: 'digits', description: 'Reads digits.', tags })
    assert.deepEqual(model, {
      name: 'digits',
      description: 'Reads digits.',
      creationTime: registry.clock.now,
      lastUpdateTime: registry.clock.now,
      tags,
      aliases: [],
      latestVersions: [],
    })
    await assert.rejects(registry.models.create({ name: 'digits' }), { code: 'RESOURCE_ALREADY_EXISTS' })
    await assert.rejects(registry.models.get('Digits'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.deepEqual(registry.events, [{ kind: 'registered-model', name: 'digits' }])
  })

  it('are renamed with their versions and aliases, and both names are told', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    await models.create({ name: 'digits' })
    await models.create({ name: 'taken' })
    await addVersion(registry, 'digits')
    await models.setAlias('digits', 'champion', 1)
    await assert.rejects(models.rename('digits', 'taken'), { code: 'RESOURCE_ALREADY_EXISTS' })
    registry.clock.now += 5
    registry.events.length = 0
    await models.rename('digits', 'numbers')
    assert.deepEqual(
      registry.events.map((event) => event.kind === 'registered-model' && event.name),
      ['digits', 'numbers'],
    )
    const version = await versions.getByAlias('numbers', 'champion')
    assert.deepEqual([version.name, version.lastUpdateTime], ['numbers', registry.clock.now])
    await assert.rejects(versions.get('digits', 1), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('take all that is theirs along when they are deleted, and nothing of others', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    for (const name of ['digits', 'other']) {
      await models.create({ name, tags: [{ key: 'a', value: 'b' }] })
      await addVersion(registry, name)
      await versions.setTag(name, 1, { key: 'c', value: 'd' })
      await models.setAlias(name, 'champion', 1)
    }
    await models.delete('digits')
    const again = await models.create({ name: 'digits' })
    assert.deepEqual([again.tags, again.aliases, again.latestVersion], [[], [], undefined])
    assert.equal(await addVersion(registry, 'digits'), 1)
    assert.deepEqual((await versions.get('digits', 1)).tags, [])
    assert.deepEqual((await versions.getByAlias('other', 'champion')).tags, [{ key: 'c', value: 'd' }])
  })

  it('may be prompts, whose versions have no files, and are found when they are asked for', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
    await models.create({ name: 'model' })
    await models.create({ name: 'prompt', tags })
    await addVersion(registry, 'model')
    const text = { key: 'mlflow.prompt.text', value: 'Sum up {{text}}.' }
    const made = await versions.create({ name: 'prompt', source: 'dummy-source', tags: [...tags, text] })
    assert.deepEqual([made.version, made.source, made.tags.length], [1, 'dummy-source', 2])
    const names = async (filter: string) => {
      const found = await models.search({ filter: parseRegisteredModelFilter(filter), limit: 10 })
      const ofVersions = await versions.search({ filter: parseModelVersionFilter(filter), limit: 10 })
      return [...found.items, ...ofVersions.items].map(({ name }) => name)
    }
    assert.deepEqual(await names(''), ['model', 'model'])
    assert.deepEqual(await names("tags.`mlflow.prompt.is_prompt` = 'true'"), ['prompt', 'prompt'])
    assert.deepEqual(await names("tags.`mlflow.prompt.is_prompt` != 'true'"), ['model', 'model'])
    const refusals: [Promise<unknown>, RegExp][] = [
      [versions.create({ name: 'prompt', source: '/etc/passwd', tags }), /Invalid prompt source: '\/etc\/passwd'/],
      [versions.create({ name: 'model', source: 'models:/prompt/1' }), /Prompt versions cannot be used/],
      [models.create({ name: 'prompt' }), /create a registered model with name 'prompt'.* taken by a prompt/],
      [models.create({ name: 'model', tags }), /create a prompt with name 'model'.* taken by a registered model/],
    ]
    for (const [refused, words] of refusals) await assert.rejects(refused, words)
  })

  it('are found by name and tags, in pages', async () => {
    await using registry = await openScratchRegistry()
    for (const name of ['b', 'a', 'c']) {
      await registry.models.create({ name, tags: name === 'c' ? [] : [{ key: 'team', value: name }] })
    }
    const names = async (filter: string) => {
      const { items } = await registry.models.search({ filter: parseRegisteredModelFilter(filter), limit: 10 })
      return items.map(({ name }) => name)
    }
    assert.deepEqual(await names(''), ['a', 'b', 'c'])
    assert.deepEqual(await names("tags.team != 'a'"), ['b'])
    assert.deepEqual(await names("tags.team LIKE 'a%'"), ['a'])
    assert.deepEqual(await names("name ILIKE 'B' AND tags.team ILIKE 'B%'"), ['b'])
    assert.deepEqual(await names("tag.`mlflow.prompt.is_prompt` != 'true' AND name IN ('a', 'c')"), ['a', 'c'])
    assert.deepEqual(await names("tag.`mlflow.prompt.is_prompt` = 'true'"), [])
    const first = await registry.models.search({ limit: 2 })
    const second = await registry.models.search({ limit: 2, pageToken: first.nextPageToken ?? '' })
    assert.deepEqual([first.items.length, second.items[0]?.name, second.nextPageToken], [2, 'c', undefined])
  })
})

describe('model versions', () => {
  it('are numbered from 1, and a number is never given again', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    await models.create({ name: 'digits' })
    assert.deepEqual([await addVersion(registry, 'digits'), await addVersion(registry, 'digits')], [1, 2])
    await models.setAlias('digits', 'champion', 2)
    await models.setAlias('digits', 'old', 1)
    await versions.delete('digits', 2)
    const { aliases, latestVersion } = await models.get('digits')
    assert.deepEqual([aliases, latestVersion?.version], [[{ alias: 'old', version: 1 }], 1])
    await assert.rejects(models.setAlias('digits', 'champion', 2), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.equal(await addVersion(registry, 'digits'), 3)
  })

  it('are in stages, of which a model tells the highest version', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    for (const name of ['digits', 'other']) {
      await models.create({ name })
      for (let time = 0; time < 4; time++) await addVersion(registry, name)
    }
    await versions.setStage('other', 1, { stage: 'Staging', archiveOthers: false })
    await versions.setStage('digits', 1, { stage: 'Staging', archiveOthers: false })
    await versions.setStage('digits', 2, { stage: 'Staging', archiveOthers: false })
    await versions.delete('digits', 1)
    const moved = await versions.setStage('digits', 3, { stage: 'Staging', archiveOthers: true })
    assert.equal(moved.stage, 'Staging')
    const { latestVersion, latestVersions } = await models.get('digits')
    assert.deepEqual(
      latestVersions.map(({ version, stage }) => [version, stage]),
      [
        [2, 'Archived'],
        [3, 'Staging'],
        [4, 'None'],
      ],
    )
    assert.equal(latestVersion?.version, 4)
    assert.equal((await versions.get('other', 1)).stage, 'Staging')
    const refused = versions.setStage('digits', 3, { stage: 'Archived', archiveOthers: true })
    await assert.rejects(refused, { code: 'INVALID_PARAMETER_VALUE' })
    assert.equal((await versions.get('digits', 3)).stage, 'Staging')
  })

  it('are named by an alias, which stands on one of them', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    await models.create({ name: 'digits' })
    await assert.rejects(versions.getByAlias('digits', 'latest'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    for (let time = 0; time < 11; time++) await addVersion(registry, 'digits')
    await models.setAlias('digits', 'champion', 1)
    await models.setAlias('digits', 'champion', 2)
    assert.deepEqual((await versions.getByAlias('digits', 'champion')).version, 2)
    assert.deepEqual((await versions.get('digits', 1)).aliases, [])
    assert.equal((await versions.getByAlias('digits', 'LATEST')).version, 11)
    await models.deleteAlias('digits', 'champion')
    await models.deleteAlias('digits', 'champion')
    await assert.rejects(versions.getByAlias('digits', 'champion'), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('are found by run, number and tags, the last changed first', async () => {
    await using registry = await openScratchRegistry()
    const { models, versions } = registry
    await models.create({ name: 'digits' })
    for (let time = 0; time < 3; time++) await addVersion(registry, 'digits')
    registry.clock.now += 1
    await versions.setDescription('digits', 2, 'changed')
    await versions.setTag('digits', 3, { key: 'stage', value: 'ready' })
    const { runId } = await versions.get('digits', 1)
    const found = async (filter: string, order: readonly string[] = []) => {
      const { items } = await versions.search({
        filter: parseModelVersionFilter(filter),
        orderBy: parseModelVersionOrder(order),
        limit: 10,
      })
      return items.map(({ version }) => version)
    }
    assert.deepEqual(await found(''), [2, 3, 1])
    assert.deepEqual(await found('', ['version_number']), [1, 2, 3])
    assert.deepEqual(await found(`run_id = '${runId}'`), [1])
    assert.deepEqual(await found("version_number >= 2 AND tags.stage = 'ready'"), [3])
    await versions.delete('digits', 3)
    assert.deepEqual(await found("name = 'digits'"), [2, 1])
  })
})
