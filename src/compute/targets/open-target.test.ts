import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Duplex } from 'node:stream'
import { it } from 'node:test'
import { isRecord } from '../../protocol/json.ts'
import type { TargetSettings } from '../../protocol/project-file.ts'
import { openTarget, type TargetParts } from './open-target.ts'

const parts: TargetParts = {
  name: 'lab',
  env: {},
  workspace: '/work',
  trackingUrl: 'http://127.0.0.1:1',
  connectTracking: () => new Duplex(),
  findToken: () => undefined,
}

/** What the schema that editors complete from says below a path. */
async function readSchema(...path: readonly (string | number)[]): Promise<unknown> {
  const file = new URL('../../../media/project.schema.json', import.meta.url)
  const schema: unknown = JSON.parse(await readFile(file, 'utf8'))
  const below = ['properties', 'targets', 'additionalProperties', ...path]
  return below.reduce((at, key) => {
    if (Array.isArray(at)) return at[Number(key)]
    return isRecord(at) ? at[key] : undefined
  }, schema)
}

it('editors complete all kinds of targets', async () => {
  const kinds = await readSchema('properties', 'kind', 'enum')
  assert(Array.isArray(kinds))
  const message = `expected one of ${kinds.join(', ')}`
  await assert.rejects(openTarget({ kind: 'moon' }, 'targets.lab', parts), (error: Error) =>
    error.message.includes(message),
  )
})

it('editors ask for what a Jupyter target needs, and know all it takes', async () => {
  const then = await readSchema('allOf', 0, 'then')
  assert(isRecord(then) && isRecord(then['properties']))
  const secrets = { tokenFrom: 'LAB_TOKEN', passwordFrom: 'LAB_PASSWORD', headersFrom: { 'X-Key': 'LAB_KEY' } }
  const full = { url: 'https://lab/', ...secrets, kernel: 'python3', folder: '~/jobs' }
  assert.deepEqual(Object.keys(then['properties']), Object.keys(full))
  assert.deepEqual(then['required'], ['url'])
  const anyOf = Object.keys(secrets).map((name) => ({ required: [name] }))
  assert.deepEqual(then['anyOf'], anyOf)
  const nothing = { tokenFrom: undefined, passwordFrom: undefined, headersFrom: undefined }
  for (const [name, lacking] of [
    ['url', { url: undefined }],
    ['tokenFrom', nothing],
  ] as const) {
    // SAFETY: as a file may have it, where nothing checks types.
    const settings = { kind: 'jupyter', ...full, ...lacking } as TargetSettings
    await assert.rejects(openTarget(settings, 'targets.lab', parts), { message: new RegExp(`targets.lab.${name}`) })
  }
  await using target = await openTarget({ kind: 'jupyter', ...full }, 'targets.lab', parts)
  assert.equal(target.kind, 'jupyter')
  await assert.rejects(target.capacity(), { code: 'INVALID_STATE', message: /LAB_TOKEN is not set/ })
})
