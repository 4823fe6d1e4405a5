import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseGpus, readEnvironment } from './environment.ts'

let top = ''
before(async () => {
  top = await mkdtemp(path.join(os.tmpdir(), 'runwright-environment-'))
  await mkdir(path.join(top, 'jobs', 'digits'), { recursive: true })
})
after(() => rm(top, { recursive: true, force: true }))

async function readRecord(command: string[], env: Record<string, string> = {}) {
  const cwd = path.join(top, 'jobs', 'digits')
  const files = await readEnvironment(command, cwd, top, { PATH: process.env['PATH'] ?? '', ...env })
  const record: unknown = JSON.parse(files[0]?.content.toString() ?? '')
  assert.ok(typeof record === 'object' && record !== null)
  return { files, record: { ...record } as Record<string, unknown> }
}

describe('the environment of a run', () => {
  it('names variables and never tells their values', async () => {
    const { files, record } = await readRecord(['true'], { API_KEY: 'hunter2' })
    assert.deepEqual(record['variables'], ['API_KEY', 'PATH'])
    assert.ok(!files.some(({ content }) => content.includes('hunter2')))
  })

  it('has the interpreter of the command with its version', async () => {
    const { record } = await readRecord([process.execPath, 'train.js'])
    assert.deepEqual(record['interpreter'], { kind: 'node', path: process.execPath, version: process.versions.node })
    assert.equal((await readRecord(['sh', '-c', 'true'])).record['interpreter'], null)
  })

  it('has the nearest lock files by hash, and a copy of each', async () => {
    await writeFile(path.join(top, 'uv.lock'), 'far')
    await writeFile(path.join(top, 'package-lock.json'), '{}')
    await writeFile(path.join(top, 'jobs', 'digits', 'uv.lock'), 'near')
    await writeFile(path.join(top, 'jobs', 'digits', 'requirements-dev.txt'), 'mlflow\n')
    const { files, record } = await readRecord(['true'])
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    assert.deepEqual(record['lockFiles'], [
      { name: 'requirements-dev.txt', path: 'jobs/digits/requirements-dev.txt', sha256: sha256('mlflow\n') },
      { name: 'uv.lock', path: 'jobs/digits/uv.lock', sha256: sha256('near') },
      { name: 'package-lock.json', path: 'package-lock.json', sha256: sha256('{}') },
    ])
    const copies = files.slice(1).map(({ path: file, content }) => [file, content.toString()])
    assert.deepEqual(copies, [
      ['environment/requirements-dev.txt', 'mlflow\n'],
      ['environment/uv.lock', 'near'],
      ['environment/package-lock.json', '{}'],
    ])
  })

  it('reads the GPUs from what nvidia-smi prints', () => {
    assert.deepEqual(parseGpus('NVIDIA H200, 143771, 570.86.15\nNVIDIA H200, 143771, 570.86.15\n'), [
      { name: 'NVIDIA H200', memoryMiB: 143771, driver: '570.86.15' },
      { name: 'NVIDIA H200', memoryMiB: 143771, driver: '570.86.15' },
    ])
    assert.deepEqual(parseGpus(''), [])
  })
})
