import assert from 'node:assert/strict'
import { it } from 'node:test'
import { promptTag } from '../protocol/registered-models.ts'
import { openScratchRegistry } from './scratch-registry.ts'

it('who registers a model under a new name with an alias tells of all three, and of nothing when it is refused', async () => {
  await using registry = await openScratchRegistry()
  const { runId, artifactUri } = await registry.addRun()
  const source = `${artifactUri}/model`
  await assert.rejects(registry.versions.register({ name: 'digits', source: 's3://elsewhere', runId }, 'best'))
  await registry.versions.register({ name: 'digits', source, runId, tags: [{ key: '__proto__', value: 'v' }] }, 'best')
  const told = registry.noted.slice(-3)
  assert.deepEqual(told, [
    { event: 'registered_model.created', data: { name: 'digits', tags: {}, description: '' } },
    {
      event: 'model_version.created',
      data: {
        name: 'digits',
        version: '1',
        source,
        run_id: runId,
        tags: Object.fromEntries([['__proto__', 'v']]),
        description: null,
      },
    },
    { event: 'model_version_alias.created', data: { name: 'digits', alias: 'best', version: '1' } },
  ])
})

it('prompts and their tags are told of as such, without the tags that make them prompts', async () => {
  await using registry = await openScratchRegistry()
  const isPrompt = { key: promptTag, value: 'true' }
  await registry.models.create({ name: 'summary', tags: [isPrompt, { key: 'team', value: 'red' }] })
  await registry.models.setTag('summary', { key: 'for', value: 'news' })
  await registry.models.create({ name: 'model' })
  await registry.models.setTag('model', { key: 'not', value: 'told' })
  assert.deepEqual(
    registry.noted.map(({ event, data }) => [event, data['tags'] ?? data['key']]),
    [
      ['prompt.created', { team: 'red' }],
      ['prompt_tag.set', 'for'],
      ['registered_model.created', {}],
    ],
  )
})
