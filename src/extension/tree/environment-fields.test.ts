import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { environmentFields } from './environment-fields.ts'
import { newLoadedRun } from './test-elements.ts'

const rows = (recorded: unknown, tags: Record<string, string> = {}) =>
  environmentFields(newLoadedRun(tags), recorded).map(({ name, value, shown }) => `${name}: ${shown ?? value}`)

describe('the environment of a run', () => {
  it('is the user alone when nothing was recorded', () => {
    assert.deepEqual(rows(undefined), ['User: ada'])
  })

  it('is told in a row for each thing one asks of it, however many packages and variables there are', () => {
    const packages = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`package-${index}`, '1.0']))
    const recorded = {
      interpreter: { kind: 'python', path: '/home/ada/.venv/bin/python', version: '3.11.2', packages },
      platform: {
        system: 'linux',
        release: '6.18',
        arch: 'x64',
        host: 'box',
        cpu: 'Zen',
        cpuCount: 2,
        memoryBytes: 2e9,
      },
      gpus: [{ name: 'H100', memoryMiB: 81_559, driver: '580.1' }],
      variables: ['PATH', 'HOME'],
      lockFiles: [{ name: 'uv.lock', path: 'uv.lock', sha256: '0123456789abcdef' }],
    }
    assert.deepEqual(rows(recorded, { 'runwright.exit': '0' }), [
      'User: ada',
      'Exit code: 0',
      'Python: 3.11.2',
      'Interpreter: /home/ada/.venv/bin/python',
      'Packages: 500 installed',
      'System: linux 6.18 x64',
      'Host: box',
      'CPU: Zen, 2 cores',
      'Memory: 1.86 GB',
      'GPU 0: H100, 79.6 GB, driver 580.1',
      'uv.lock: sha256 0123456789ab',
      'All: environment/environment.json',
    ])
  })

  it('leaves out what is not as it should be', () => {
    const recorded = { interpreter: null, platform: { cpuCount: 'two' }, gpus: 'none', lockFiles: [1, { name: 'a' }] }
    assert.deepEqual(rows(recorded), ['User: ada', 'All: environment/environment.json'])
    assert.deepEqual(rows('no object'), ['User: ada'])
  })
})
