import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import { isRecord } from './json.ts'
import { parseProjectFile } from './project-file.ts'

const text = `
featureSets:
  clicks:
    description: What a user clicked
    owner: ada@example.org
    entities: user_id
    timestamp: event_timestamp
    createdTimestamp: created
    ttl: 7d
    sources:
      events: data/events.parquet
      older: [data/2023.csv, data/2024]
    query: |
      SELECT user_id, at AS event_timestamp, created, clicks FROM events
  embeddings:
    entities: [user_id, region]
    timestamp: at
    script: [python, features/embed.py, '{output}']
`

it('a project file declares feature sets', () => {
  assert.deepEqual(parseProjectFile(text).featureSets, {
    clicks: {
      description: 'What a user clicked',
      owner: 'ada@example.org',
      entities: ['user_id'],
      timestamp: 'event_timestamp',
      createdTimestamp: 'created',
      ttlSeconds: 7 * 86_400,
      sources: { events: ['data/events.parquet'], older: ['data/2023.csv', 'data/2024'] },
      computation: {
        kind: 'query',
        sql: 'SELECT user_id, at AS event_timestamp, created, clicks FROM events\n',
      },
    },
    embeddings: {
      entities: ['user_id', 'region'],
      timestamp: 'at',
      sources: {},
      computation: { kind: 'script', command: ['python', 'features/embed.py', '{output}'] },
    },
  })
})

it('what is wrong with a feature set is told with its line', () => {
  const wrong = (changed: string, message: RegExp) => assert.throws(() => parseProjectFile(changed), { message })
  wrong(text.replace('ttl: 7d', 'ttl: soon'), /^runwright\.yaml, line 9: .*ttl.*7d or 12h/)
  wrong(text.replace('    timestamp: at\n', ''), /line 15: Missing value.*embeddings\.timestamp/)
  wrong(text.replace('owner:', 'owners:'), /line 5: .*expected one of entities, timestamp/)
  wrong(text.replace('[user_id, region]', '[user_id, User_ID]'), /line 16: .*each column once/)
  wrong(text.replace('[user_id, region]', '[]'), /line 16: .*at least one/)
  wrong(text.replace('createdTimestamp: created', 'createdTimestamp: user_id'), /line 3: .*other columns for the keys/)
  wrong(text.replace('script:', 'query: SELECT 1\n    script:'), /no sources: expected the files/)
  wrong(text.replace('script:', 'sources: { a: b.csv }\n    query: SELECT 1\n    script:'), /a query and a script/)
  wrong(text.replace(/ {4}script: .*\n/, ''), /expected a query, or a script/)
  wrong(text.replace('events: data', 'my-events: data'), /letters, digits and "_"/)
  for (const path of ['/etc/passwd', '../a.csv', 'a/../../b.csv', String.raw`a\b.csv`, '~/a.csv', 'C:/a.csv', "' '"]) {
    wrong(text.replace('data/events.parquet', path), /line 11: .*(inside the repository|not empty)/)
  }
})

it('the schema that editors complete from knows every field of a feature set', async () => {
  const schema: unknown = JSON.parse(
    await readFile(new URL('../../media/project.schema.json', import.meta.url), 'utf8'),
  )
  const path = ['properties', 'featureSets', 'additionalProperties', 'properties']
  const properties = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), schema)
  assert.ok(isRecord(properties))
  for (const name of Object.keys(properties)) {
    // Every field is read: one of the wrong kind is refused, rather than left out as unknown.
    const wrong = { featureSets: { a: { [name]: 1, ...(name === 'entities' ? {} : { entities: 'a' }) } } }
    assert.throws(() => parseProjectFile(JSON.stringify(wrong)), /featureSets\.a\.\w+/)
  }
  assert.throws(
    () => parseProjectFile('featureSets: { a: { no: 1 } }'),
    (error) => {
      assert.ok(error instanceof Error)
      const named = /expected one of ([^.]+)\./.exec(error.message)?.[1]?.split(', ')
      assert.deepEqual(named?.toSorted(), Object.keys(properties).toSorted())
      return true
    },
  )
})
