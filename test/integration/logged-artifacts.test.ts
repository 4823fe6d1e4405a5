import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createMlflowClient } from '../../src/client/mlflow-client.ts'
import type { Client } from '../../src/protocol/client.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { parseRunId, type RunId } from '../../src/protocol/ids.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { createTestWorkspace } from './engine-workspace.ts'

type Opened = { readonly client: Client; readonly runIds: readonly RunId[] }

/** Where the real Python client has logged to; both have to show the same. */
const places = {
  async engine(folder: string, resources: AsyncDisposableStack): Promise<Opened> {
    const workspace = resources.use(await createTestWorkspace())
    const client = resources.use(await workspace.connect())
    return { client, runIds: await log(folder, await client.tracking()) }
  },
  async 'MLflow server'(folder: string, resources: AsyncDisposableStack): Promise<Opened> {
    const { url } = resources.use(await openMlflowServer({ python: findTestPython(process.env), folder }))
    const client = resources.use(createMlflowClient({ url, pollMs: 1000, now: Date.now }))
    return { client, runIds: await log(folder, { uri: url }) }
  },
}

async function log(folder: string, server: { uri: string; token?: string }): Promise<RunId[]> {
  const printed = await runPython({ python: findTestPython(process.env), script: 'log_media.py', folder, server })
  return Object.values(printed).flatMap((id) => (typeof id === 'string' ? (parseRunId(id) ?? []) : []))
}

for (const [place, open] of Object.entries(places)) {
  describe(`what the Python client has logged to the ${place}`, { timeout: 300_000 }, () => {
    const resources = new AsyncDisposableStack()
    let opened: Opened
    before(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'runwright-media-'))
      resources.defer(() => rm(folder, { recursive: true, force: true }))
      opened = await open(folder, resources)
    })
    after(() => resources.disposeAsync())

    it('is listed by key, step and run', async () => {
      const { client, runIds } = opened
      const { artifacts, total, cutRuns } = await client.call('artifacts/logged', { runIds })
      assert.deepEqual([artifacts.length, cutRuns], [total, []])
      const listed = artifacts
        .filter(({ runId }) => runId === runIds[0])
        .map(({ kind, key, step }) => [kind, key, step])
      assert.deepEqual(listed, [
        ['audio', 'audio/sample_step_*.wav', 0],
        ['audio', 'audio/sample_step_*.wav', 2],
        ['text', 'config.json', null],
        ['table', 'eval/predictions.json', null],
        ['table', 'eval/scores.json', null],
        ['table', 'eval/worst.json', null],
        ['text', 'notes/same.txt', null],
        ['text', 'notes/summary.txt', null],
        ['image', 'plots/line.png', null],
        ['image', 'val/masks', 0],
        ['image', 'val/masks', 1],
        ['image', 'val/masks', 2],
        ['image', 'val/masks', 3],
        ['binary', 'weights.bin', null],
        ['table', 'weights/fc1.json', null],
      ])
      const masks = artifacts.filter(({ key }) => key === 'val/masks')
      assert.ok(masks.every(({ path, preview }) => path.endsWith('.png') && preview?.endsWith('.webp') === true))
      assert.deepEqual(
        masks.map(({ runId }) => runIds.indexOf(runId)),
        [0, 1, 0, 1, 0, 1, 0, 1],
      )
    })

    it('is read as bytes, whole and in part, and by digest', async () => {
      const { client, runIds } = opened
      const [, runId] = runIds
      assert.ok(runId !== undefined)
      const path = 'weights.bin'
      const { bytes, sizeBytes } = await client.call('artifacts/read', { runId, path, start: 254, maxBytes: 4 })
      assert.deepEqual([[...bytes], sizeBytes], [[254, 255, 0, 1], 512])
      const digests = await Promise.all(runIds.map((runId) => client.call('artifacts/digest', { runId, path })))
      assert.equal(digests[1]?.sizeBytes, 512)
      assert.notEqual(digests[0]?.sha256, digests[1]?.sha256)
    })

    it('is read as tables, with the images in their cells', async () => {
      const { client, runIds } = opened
      const [runId] = runIds
      assert.ok(runId !== undefined)
      const scores = await client.call('artifacts/table', { runId, path: 'eval/scores.json', limit: 3 })
      assert.equal(scores.rowCount, 200)
      assert.deepEqual(scores.columns[0], { kind: 'number', name: 'label', values: Float64Array.of(0, 1, 0) })
      const worst = await client.call('artifacts/table', { runId, path: 'eval/worst.json' })
      const image = worst.columns.find(({ kind }) => kind === 'image')
      const path = String(image?.values[0])
      assert.match(path, /^table_images\/eval\/worst\/[\w-]+\.png$/)
      const { bytes } = await client.call('artifacts/read', { runId, path })
      assert.deepEqual([...bytes.subarray(1, 4)], [...Buffer.from('PNG')])
    })

    it('is refused in words where it is none', async () => {
      const { client, runIds } = opened
      const [runId] = runIds
      assert.ok(runId !== undefined)
      const isMissing = (error: unknown) => error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST'
      await assert.rejects(client.call('artifacts/read', { runId, path: 'nothing.png' }), isMissing)
      await assert.rejects(client.call('artifacts/table', { runId, path: 'nothing.json' }), isMissing)
      const isNone = (error: unknown) => error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE'
      await assert.rejects(client.call('artifacts/table', { runId, path: 'config.json' }), isNone)
    })
  })
}
