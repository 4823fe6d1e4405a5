import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, beforeEach, describe, it } from 'node:test'
import { checkpoint, resume } from './checkpoint.ts'
import { listManifests } from './checkpoint-folder.ts'
import { encodeManifest, formatPythonFloat, type Manifest, parseManifest, stateNameOf } from './manifest.ts'

const python = join(import.meta.dirname, '../../python')
const folders: string[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-training-'))
  folders.push(folder)
})
after(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))))

const save = (step: number, more: Parameters<typeof checkpoint>[2] = {}) =>
  checkpoint({ step, weights: new Float32Array([step, 2]) }, step, { folder, ...more })
const steps = async () => (await listManifests(folder)).map(({ step }) => step)

describe('a checkpoint', () => {
  it('comes back as it was saved, the newest first, whatever its step', async () => {
    assert.equal(await resume({ folder }), undefined)
    await save(10, { metric: 0.5 })
    const path = await save(4)
    const last = await resume({ folder })
    assert.deepEqual(last, {
      state: { step: 4, weights: new Float32Array([4, 2]) },
      step: 4,
      metric: undefined,
      path,
    })
    assert.equal((await resume({ folder, best: true }))?.step, 10)
  })

  it('stays as one of the last or of the best', async () => {
    for (const [step, metric] of [3, 1, 5, 4, 2].entries()) await save(step, { metric, keepLast: 2 })
    assert.deepEqual(await steps(), [4, 3, 1])
    await save(5, { metric: 9, mode: 'max', keepLast: 1, keepBest: 0 })
    assert.deepEqual(await steps(), [5])
    assert.equal((await readdir(folder)).length, 2, 'nothing else is left')
    await assert.rejects(save(6, { keepLast: 0 }), RangeError)
    await assert.rejects(save(-1), RangeError)
  })

  it('that is torn is skipped, and the one before it is taken', async () => {
    await save(1)
    await save(2)
    const [newest] = await listManifests(folder)
    assert.ok(newest !== undefined)
    await truncate(join(folder, stateNameOf(newest)), 5)
    assert.equal((await resume({ folder }))?.step, 1)
    await writeFile(join(folder, 'step-9-00000000.json'), '{"version": 1, "step"')
    assert.equal((await resume({ folder }))?.step, 1)
    await save(3)
    assert.deepEqual(await steps(), [3, 1])
  })

  it('survives kill -9 at any moment: the newest that was told of, or a newer one, is whole', async () => {
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', writeSteadily], {
        env: { ...process.env, RUNWRIGHT_CHECKPOINT_DIR: folder },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let told = -1
      const lines = createInterface({ input: child.stdout })
      const isEnough = Promise.withResolvers<void>()
      lines.on('line', (line) => {
        told = Number(line)
        if (told >= (round + 1) * 3) isEnough.resolve()
      })
      await isEnough.promise
      // Somewhere within the next one.
      await new Promise((resolve) => setTimeout(resolve, round * 3))
      child.kill('SIGKILL')
      await once(child, 'close')
      const last = await resume({ folder })
      assert.ok(last !== undefined && last.step >= told, `${last?.step} after ${told}`)
      assert.deepEqual(last.state, { step: last.step, bytes: new Uint8Array(4 << 20).fill(last.step) })
    }
    await save(1000, { keepLast: 1, keepBest: 0 })
    assert.equal((await readdir(folder)).length, 2, 'what the dead have left is gone')
  })
})

/** Goes on where it was, and tells of each checkpoint once it is there. */
const writeSteadily = `
import { checkpoint, resume } from ${JSON.stringify(join(import.meta.dirname, 'checkpoint.ts'))}
let step = ((await resume())?.step ?? -1) + 1
for (;; step++) {
  await checkpoint({ step, bytes: new Uint8Array(4 << 20).fill(step) }, step)
  console.log(step)
}`

describe('checkpoints of a folder', () => {
  const runPython = (script: string) =>
    execFileSync('python3', ['-B', '-c', script, folder], { env: { ...process.env, PYTHONPATH: python } }).toString()

  function listInPython(): unknown {
    const listed: unknown = JSON.parse(
      runPython(`
import json, sys
from pathlib import Path
from runwright.checkpoint_folder import list_manifests
rows = [[each.step, each.metric, each.format, each.sequence] for each in list_manifests(Path(sys.argv[1]))]
print(json.dumps([['inf' if cell == float('inf') else cell for cell in row] for row in rows]))`),
    )
    return listed
  }

  it('are the same to programs in JavaScript and in Python', async () => {
    await save(1, { metric: 1 })
    await save(2, { metric: 1e-7 })
    runPython(`
import sys, runwright
runwright.checkpoint({'a': 1}, 3, metric=0.25, folder=sys.argv[1], keep_last=9)
runwright.checkpoint({'a': 1}, 4, metric=float('inf'), folder=sys.argv[1], keep_last=9)`)
    const expected = [
      [4, Infinity, 'pickle', 4],
      [3, 0.25, 'pickle', 3],
      [2, 1e-7, 'v8', 2],
      [1, 1, 'v8', 1],
    ]
    const own = (await listManifests(folder)).map((each) => [each.step, each.metric, each.format, each.sequence])
    assert.deepEqual(own, expected)
    assert.deepEqual(
      listInPython(),
      expected.map(([step, metric, ...others]) => [step, metric === Infinity ? 'inf' : metric, ...others]),
    )
    await assert.rejects(resume({ folder }), /step 4 .* was written by Python \(pickle\)/)
    assert.equal((await resume({ folder, best: true }))?.step, 2)
    assert.match(
      runPython(`
import sys, runwright
try: runwright.resume(folder=sys.argv[1], best=True)
except runwright.CheckpointError as error: print(error)`),
      /step 2 .*JavaScript/,
    )
  })

  it('have numbers as Python writes them', () => {
    const values = [0, -0, 1, -1.5, 0.1, 1e-4, 1e-5, 123456789.125, 1e15, 1e16, 1.5e300, 5e-324, 2 ** 53, 1 / 3]
    const texts: unknown = JSON.parse(
      runPython(
        `import json; print(json.dumps([repr(float(each)) for each in ${JSON.stringify(values.map(formatPythonFloat))}]))`,
      ),
    )
    assert.deepEqual(values.map(formatPythonFloat), texts)
  })

  it('are known by a manifest that cannot be changed unnoticed', async () => {
    await save(7, { metric: 0.5 })
    const name = (await readdir(folder)).find((each) => each.endsWith('.json')) ?? ''
    const text = await readFile(join(folder, name), 'utf8')
    const manifest: Manifest = parseManifest(text) ?? assert.fail()
    assert.equal(encodeManifest(manifest), text)
    for (const changed of [
      text.replace('"step": 7', '"step": 8'),
      text.replace('0.5', '0.6'),
      text.slice(0, -2),
      '[]',
    ]) {
      assert.equal(parseManifest(changed), undefined)
    }
  })
})
