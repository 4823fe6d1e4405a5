import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import { isRecord } from './json.ts'
import { parseProjectFile } from './project-file.ts'

it('a project file names targets and ways of launching', () => {
  const text = JSON.stringify({
    targets: { cluster: { kind: 'slurm', partition: 'gpu' } },
    profiles: { big: { target: 'cluster', gpus: 2, gpuMemory: '24G', time: '1h30m', params: { lr: 0.1, fast: true } } },
  })
  assert.deepEqual(parseProjectFile(text), {
    targets: { cluster: { kind: 'slurm', partition: 'gpu' } },
    profiles: {
      big: {
        target: 'cluster',
        gpus: 2,
        gpuMemoryBytes: 24 * 2 ** 30,
        timeLimitSeconds: 5400,
        params: { lr: '0.1', fast: 'true' },
      },
    },
  })
  assert.deepEqual(parseProjectFile(''), { targets: {}, profiles: {} })
})

it('what is wrong in a project file is named', () => {
  const wrong = (value: unknown, message: RegExp) =>
    assert.throws(() => parseProjectFile(typeof value === 'string' ? value : JSON.stringify(value)), { message })
  wrong('profiles:\n  big:', /cannot be read/)
  wrong({ profiles: { big: { gpuMemory: '24X' } } }, /runwright\.yaml: .*profiles\.big\.gpuMemory.*such as 24G/)
  wrong({ profiles: { big: { params: { lr: [1] } } } }, /profiles\.big\.params\.lr/)
  wrong({ targets: { cluster: {} } }, /targets\.cluster\.kind/)
  wrong({ targets: { 'a b': { kind: 'ssh' } } }, /expected a name/)
  wrong({ targets: { local: { kind: 'ssh' } } }, /always there/)
})

it('the schema that editors complete from knows every field', async () => {
  const schema: unknown = JSON.parse(
    await readFile(new URL('../../media/project.schema.json', import.meta.url), 'utf8'),
  )
  const profile = dig(schema, 'properties', 'profiles', 'additionalProperties', 'properties')
  const [texts, numbers] = [
    ['target', 'experiment'],
    ['gpus', 'cpus', 'nodes', 'priority', 'retries'],
  ]
  const full = {
    ...Object.fromEntries(texts.map((name) => [name, 'a'])),
    ...Object.fromEntries(numbers.map((name) => [name, 1])),
    ...Object.fromEntries(['gpuMemory', 'memory'].map((name) => [name, '1G'])),
    command: ['a'],
    time: '1h',
    params: {},
    env: {},
    secrets: [],
    isolated: true,
  }
  assert.deepEqual(Object.keys(profile).toSorted(), Object.keys(full).toSorted())
  const read = parseProjectFile(JSON.stringify({ profiles: { full } })).profiles['full']
  assert.equal(Object.keys(read ?? {}).length, Object.keys(full).length)
})

function dig(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  const found = path.reduce((at, key) => (isRecord(at) ? at[key] : undefined), value)
  return isRecord(found) ? found : assert.fail(path.join('.'))
}
