import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { writeRecipe } from '../compress/recipe.ts'
import { writeModelFile } from '../onnx/model-file.ts'
import { mlpModel } from '../onnx/test-models.ts'

/** Tells in the end which modules were loaded. */
const listing = `
import { registerHooks } from 'node:module'
const urls = []
registerHooks({
  load(url, context, next) {
    urls.push(url)
    return next(url, context)
  },
})
process.on('exit', () => console.error(urls.join('\\n')))`

it('a recipe that runs no model loads nothing that would: all of it is memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-recipe-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(folder, { recursive: true, force: true }))
  await writeModelFile(mlpModel(), join(folder, 'model.onnx'))
  await writeFile(join(folder, 'recipe.json'), writeRecipe({ steps: [{ pass: 'dynamic-int8' }] }))
  const hooks = `data:text/javascript,${encodeURIComponent(listing)}`
  const words = ['compress', 'model.onnx', '--recipe', 'recipe.json', '--out', 'small.onnx']
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', hooks, join(import.meta.dirname, 'main.ts'), ...words, '--workspace', folder],
    { cwd: folder },
  )
  assert.match(stdout, /^Wrote small\.onnx: /)
  const loaded = stderr.split('\n')
  assert.ok(loaded.some((url) => url.endsWith('/compress/compress-file.ts')))
  const unwanted =
    /\/onnx\/session\.ts$|\/open-sample-data\.ts$|\/measure-models\.ts$|\/duckdb-process\.ts$|^node:child_process$/
  assert.deepEqual(
    loaded.filter((url) => unwanted.test(url)),
    [],
  )
})
