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
    featureSets: {},
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
  assert.deepEqual(parseProjectFile(''), { targets: {}, profiles: {}, featureSets: {} })
  assert.deepEqual(parseProjectFile('targets:\n# none\nprofiles:\n  plain:\n'), {
    targets: {},
    profiles: { plain: {} },
    featureSets: {},
  })
})

it('a project file is YAML', () => {
  const text = `# what we train on
targets:
  cluster: &slurm { kind: slurm, partition: gpu }
  long:
    <<: *slurm
    partition: long
profiles:
  big.one:
    gpuMemory: 24G
    params: { lr: 1e-3, fast: true, name: yes }
`
  assert.deepEqual(parseProjectFile(text), {
    targets: { cluster: { kind: 'slurm', partition: 'gpu' }, long: { kind: 'slurm', partition: 'long' } },
    profiles: { 'big.one': { gpuMemoryBytes: 24 * 2 ** 30, params: { lr: '0.001', fast: 'true', name: 'yes' } } },
    featureSets: {},
  })
})

it('an error in a project file names its line', () => {
  const wrong = (text: string, message: RegExp) => assert.throws(() => parseProjectFile(text), { message })
  wrong('profiles:\n  big:\n    gpus: 1\n   cpus: 2\n', /^runwright\.yaml, line 4 is no YAML: /)
  wrong('profiles: {}\nprofiles: {}\n', /^runwright\.yaml, line 2 is no YAML: .*unique/)
  wrong('profiles:\n  big.one:\n    gpus: 1\n    time: soon\n', /^runwright\.yaml, line 4: .*profiles\.big\.one\.time/)
  wrong('profiles:\n  big:\n    command: [python, 3]\n', /^runwright\.yaml, line 3: .*command\[1\]/)
  wrong('profiles: {}\ntargets:\n  far:\n    host: a\n', /^runwright\.yaml, line 3: .*targets\.far\.kind/)
  wrong('profiles:\n  big:\n    gpu: 1\n', /^runwright\.yaml, line 3: .*"gpu".*expected one of command, target/)
  wrong('- a\n', /^runwright\.yaml: .*expected an object/)
})

it('a project file that would take all memory or stack is refused', () => {
  const bomb = `a: &a [1]\n${Array.from(
    { length: 9 },
    (_, at) =>
      `b${at}: &b${at} [${Array(9)
        .fill(`*${at === 0 ? 'a' : `b${at - 1}`}`)
        .join(', ')}]`,
  ).join('\n')}`
  assert.throws(() => parseProjectFile(bomb), { code: 'INVALID_PARAMETER_VALUE', message: /alias/i })
  assert.throws(() => parseProjectFile('['.repeat(100_000)), { code: 'INVALID_PARAMETER_VALUE' })
})

it('what is wrong in a project file is named', () => {
  const wrong = (value: unknown, message: RegExp) =>
    assert.throws(() => parseProjectFile(typeof value === 'string' ? value : JSON.stringify(value)), { message })
  wrong('profiles: {big', /is no YAML/)
  wrong({ profiles: { big: { gpuMemory: '24X' } } }, /runwright\.yaml, line 1: .*profiles\.big\.gpuMemory.*such as 24G/)
  wrong({ profiles: { big: { params: { lr: [1] } } } }, /profiles\.big\.params\.lr/)
  wrong({ targets: { cluster: {} } }, /targets\.cluster\.kind/)
  wrong({ targets: { 'a b': { kind: 'ssh' } } }, /expected a name/)
  wrong({ targets: { local: { kind: 'ssh' } } }, /always there/)
})

it('a project file says how long nobody may use a kernel', () => {
  const read = (kernels: unknown) => parseProjectFile(JSON.stringify({ kernels })).kernels
  assert.deepEqual(read({ idleTimeout: '12h' }), { idleTimeoutSeconds: 43_200 })
  assert.deepEqual([read({}), read(null)], [{}, {}])
  assert.throws(() => read({ idleTimeout: '4m' }), { message: /kernels\.idleTimeout.*at least 5m/ })
  assert.throws(() => read({ idleTimeout: 'soon' }), { message: /kernels\.idleTimeout.*such as 2h/ })
  assert.throws(() => read({ timeout: '5m' }), { message: /"timeout".*idleTimeout/ })
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
    data: ['data/train.csv'],
    outputs: ['models'],
    launcher: 'torchrun',
    precision: 'bf16',
    isolated: true,
  }
  assert.deepEqual(Object.keys(profile).toSorted(), Object.keys(full).toSorted())
  assert.deepEqual(Object.keys(dig(schema, 'properties', 'kernels', 'properties')), ['idleTimeout'])
  const read = parseProjectFile(JSON.stringify({ profiles: { full } })).profiles['full']
  assert.equal(Object.keys(read ?? {}).length, Object.keys(full).length)
})

function dig(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  const found = path.reduce((at, key) => (isRecord(at) ? at[key] : undefined), value)
  return isRecord(found) ? found : assert.fail(path.join('.'))
}
