import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { reluModel } from '../../src/onnx/test-session-models.ts'
import { packageExtension } from '../../scripts/package.ts'
import { serverProgram } from './code-server.ts'
import { openTestWorkspace } from './workspace.ts'
import { openWorkbench } from './workbench.ts'

/** All that may be in the extension's folder after an installation. */
const shipped =
  /^(package(\.nls(\.\w+)?)?\.json|l10n\/bundle\.l10n(\.\w+)?\.json|README\.md|LICENSE\.txt|CHANGELOG\.md|\.vsixmanifest|dist\/[\w-]+\.c?js|dist\/node_modules\/@duckdb\/node-bindings-[\w-]+\/[\w.]+|dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|LICENSE|ThirdPartyNotices\.txt|dist\/[\w/-]+\.js|dist\/cjs\/package\.json|bin\/napi-v6\/[\w./]+)|dist\/node_modules\/zeromq\/(package\.json|LICENSE[\w.-]*|lib\/[\w-]+\.js|build\/manifest\.json|build\/[\w./-]+\.node)|dist\/node_modules\/cmake-ts\/(package\.json|build\/loader\.js)|dist\/webviews\/[\w-]+\.(js|css)|templates\/[\w-]+\/[\w-]+\.(py|ts|md)|exporters\/[\w-]+\.(py|mjs)|python\/runwright\/[\w/]+\.py|media\/.+)$/i

/** Native libraries for the platform of the package and no other. */
const duckdb = `dist/node_modules/@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`
const runtimeFolder = 'dist/node_modules/onnxruntime-node'
const runtime = `${runtimeFolder}/bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`
const zeromqFolder = 'dist/node_modules/zeromq/build'

it('works in VS Code when installed from the VSIX, which holds nothing but what runs', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-vsix-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const vsixPath = join(folder, 'runwright.vsix')
  const extensionsFolder = join(folder, 'extensions')

  const old = ['dist/of-an-older-build.js', 'dist/webviews/page-chunk-of-an-older-build.js']
  for (const path of old.map((name) => join(import.meta.dirname, '../..', name))) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, '')
  }
  await packageExtension(vsixPath)
  const flags = [`--server-data-dir=${join(folder, 'data')}`, `--extensions-dir=${extensionsFolder}`]
  const install = ['--accept-server-license-terms', ...flags, '--install-extension', vsixPath]
  await promisify(execFile)(process.execPath, [serverProgram, ...install])

  const files = await Array.fromAsync(glob('runwright.runwright-*/**/*.*', { cwd: extensionsFolder }))
  const paths = files.map((file) => file.replace(/^[^/]+\//, ''))
  assert.deepEqual(
    paths.filter((path) => !shipped.test(path)),
    [],
  )
  assert.deepEqual(
    old.filter((path) => paths.includes(path)),
    [],
  )
  assert.ok(paths.some((path) => /^dist\/webviews\/page-chunk-\w+\.js$/.test(path)))
  const libraries = paths.filter((path) => path.endsWith('.node')).toSorted()
  // One for each C library that the system may have.
  const zeromq = libraries.filter((path) => path.startsWith(`${zeromqFolder}/${process.platform}/${process.arch}/`))
  assert.ok(zeromq.length > 0 && zeromq.length <= 2)
  assert.deepEqual(libraries, [duckdb, runtime, ...zeromq])
  for (const path of [
    'dist/extension.cjs',
    'dist/engine.js',
    'dist/cli.js',
    'dist/cli-main.js',
    'dist/data-worker.js',
    'dist/duckdb-worker.js',
    'dist/isomorphic-git.js',
    'dist/kernel-relay.js',
    'dist/javascript-kernel.js',
    'dist/onnx-worker.js',
    `${runtimeFolder}/ThirdPartyNotices.txt`,
    'dist/webviews/compare.js',
    'dist/webviews/job.js',
    'media/view.schema.json',
    'templates/distill/distill.py',
    'templates/distill-dense/distill.ts',
    'exporters/export_model.py',
    'exporters/tfjs-predict.mjs',
    'python/runwright/magics/track.py',
    'media/walkthrough/start.svg',
    'package.nls.ar.json',
    'l10n/bundle.l10n.ar.json',
  ])
    assert.ok(paths.includes(path), path)

  await using workspace = await openTestWorkspace()
  await workspace.logRun('digits', { name: 'first' })
  await using vscode = await openWorkbench({ workspace: workspace.folder, extensionsFolder })
  await vscode.showRunwright()
  await vscode.row('Experiment digits, 1 run').waitFor()

  await vscode.runCommand('Terminal: Create New Terminal')
  await vscode.page.locator('.terminal.focus, .terminal:focus-within').first().waitFor()
  await vscode.page.keyboard.type('runwright runs list --experiment digits > said && mv said runs.txt\n')
  assert.match(await readWhenThere(join(workspace.folder, 'runs.txt')), /first +FINISHED/)

  await writeFile(join(workspace.folder, 'old.csv'), 'id,v\n1,a\n2,b\n')
  await writeFile(join(workspace.folder, 'new.csv'), 'id,v\n1,a\n2,c\n')
  await vscode.page.keyboard.type('runwright data compare old.csv new.csv > said && mv said rows.txt\n')
  assert.match(await readWhenThere(join(workspace.folder, 'rows.txt')), /0 added, 0 removed, 1 changed/)

  await writeFile(join(workspace.folder, 'relu.onnx'), reluModel())
  await writeFile(join(workspace.folder, 'in.json'), '[[1, -2, 3]]')
  await vscode.page.keyboard.type('runwright model run relu.onnx --input in.json > said && mv said model.txt\n')
  assert.match(await readWhenThere(join(workspace.folder, 'model.txt')), /y +float32 +\[1, 3\] +1 0 3/)

  await vscode.page.keyboard.type('runwright compress template distill taught\n')
  assert.match(await readWhenThere(join(workspace.folder, 'taught/distill.py')), /import torch/)
})

async function readWhenThere(path: string): Promise<string> {
  const deadline = Date.now() + 20_000
  while (!existsSync(path) && Date.now() < deadline) await delay(50)
  return readFile(path, 'utf8')
}
