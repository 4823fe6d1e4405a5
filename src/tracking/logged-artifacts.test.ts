import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId } from '../protocol/ids.ts'
import { createArtifacts } from './artifacts.ts'
import { createFolderArtifactStore } from './folder-artifact-store.ts'
import { digestArtifact, listLoggedArtifacts, readArtifact, readLoggedTable } from './logged-artifacts.ts'
import { openScratchTracking } from './scratch-tracking.ts'

async function openScratch() {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-logged-'))
  resources.defer(() => rm(folder, { recursive: true }))
  const tracking = resources.use(await openScratchTracking())
  const artifacts = createArtifacts({ store: createFolderArtifactStore(folder), changed: () => undefined })
  const open = resources.move()
  return {
    runs: tracking.runs,
    artifacts,
    async addRun(files: Readonly<Record<string, string>>, tags: readonly { key: string; value: string }[] = []) {
      const runId = await tracking.addRun({ tags: [...tags] })
      const { artifactUri } = await tracking.runs.get(runId)
      const root = artifactUri.replace(/^mlflow-artifacts:\/+/, '')
      for (const [path, content] of Object.entries(files)) {
        await artifacts.write(`${root}/${path}`, new Blob([content]).stream())
      }
      return runId
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const fails = (code: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RunwrightError)
  assert.equal(error.code, code)
  assert.match(error.message, words)
  return true
}

describe('what runs have logged beside numbers', () => {
  it('is listed in pages, with all that there is counted', async () => {
    await using scratch = await openScratch()
    const files = { 'step_1.png': 'a', 'deep/er/step_2.png': 'b', 'eval.json': '{}' }
    const tag = { key: 'mlflow.loggedArtifacts', value: '[{"path":"eval.json","type":"table"}]' }
    const runIds = [await scratch.addRun(files, [tag]), await scratch.addRun(files)]
    const page = await listLoggedArtifacts(scratch, { runIds, offset: 1, limit: 3 })
    assert.deepEqual([page.total, page.cutRuns], [6, []])
    assert.deepEqual(
      page.artifacts.map(({ runId, path, kind }) => [runIds.indexOf(runId), path, kind]),
      [
        [1, 'deep/er/step_2.png', 'image'],
        [0, 'eval.json', 'table'],
        [1, 'eval.json', 'text'],
      ],
    )
  })

  it('is read whole or in part, never more than was asked for', async () => {
    await using scratch = await openScratch()
    const runId = await scratch.addRun({ 'a.bin': '0123456789' })
    const read = async (part: object) => {
      const { bytes, sizeBytes } = await readArtifact(scratch, { runId, path: 'a.bin', ...part })
      return [new TextDecoder().decode(bytes), sizeBytes]
    }
    assert.deepEqual(await read({}), ['0123456789', 10])
    assert.deepEqual(await read({ start: 3, maxBytes: 4 }), ['3456', 10])
    assert.deepEqual(await read({ start: 20 }), ['', 10])
    const sha256 = createHash('sha256').update('0123456789').digest('hex')
    assert.deepEqual(await digestArtifact(scratch, { runId, path: 'a.bin' }), { sizeBytes: 10, sha256 })
  })

  it('is read by paths of the run alone', async () => {
    await using scratch = await openScratch()
    const runId = await scratch.addRun({ 'a.txt': 'a' })
    const read = (path: string) => readArtifact(scratch, { runId, path })
    await assert.rejects(read('../../x'), fails('INVALID_PARAMETER_VALUE', /Invalid path/))
    await assert.rejects(read('b.txt'), fails('RESOURCE_DOES_NOT_EXIST', /No such artifact/))
    const nobody = parseRunId('f'.repeat(32))
    assert.ok(nobody !== undefined)
    await assert.rejects(readArtifact(scratch, { runId: nobody, path: 'a.txt' }), fails('RESOURCE_DOES_NOT_EXIST', /f/))
  })

  it('is read as a table, "n of m"', async () => {
    await using scratch = await openScratch()
    const runId = await scratch.addRun({ 't.csv': 'x,y\n1,a\n2,b\n3,c\n' })
    const table = await readLoggedTable(scratch, { runId, path: 't.csv', columns: ['y'], offset: 1, limit: 1 })
    assert.deepEqual(table.columns, [{ kind: 'text', name: 'y', values: ['b'] }])
    assert.equal(table.rowCount, 3)
  })
})
