import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExportReport } from '../../src/export/export-model.ts'
import { readModelFile } from '../../src/onnx/model-file.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'
import { exportReport } from './export-report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const python = findTestPython(process.env)
const names = ['logistic', 'forest', 'pipeline', 'patched', 'xgboost', 'lightgbm', 'keras', 'torch'] as const

describe('runwright model export', { timeout: 600_000 }, () => {
  let workspace: CliWorkspace
  let models: string
  let missing: Readonly<Record<string, string | null>>
  const file = (name: string) => join(workspace.folder, name)
  const run = (...words: string[]) => workspace.run('model', 'export', ...words, '--python', python)
  const isThere = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  before(async () => {
    workspace = await openCliWorkspace()
    models = file('models')
    await mkdir(models)
    const script = join(root, 'test/python/save_models.py')
    const { stdout } = await promisify(execFile)(python, [script, models, ...names], { maxBuffer: 1 << 26 })
    missing = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  })
  after(() => workspace[Symbol.asyncDispose]())

  for (const [name, about] of [
    ['logistic', { framework: 'sklearn', origin: 'example', count: 20, outputs: ['label', 'probabilities'] }],
    ['forest', { framework: 'sklearn', origin: 'example', count: 200, outputs: ['label', 'probabilities'] }],
    ['pipeline', { framework: 'sklearn', origin: 'example', count: 50, outputs: ['variable'] }],
    ['xgboost', { framework: 'xgboost', origin: 'drawn', count: 64, outputs: ['label', 'probabilities'] }],
    ['lightgbm', { framework: 'lightgbm', origin: 'example', count: 20, outputs: ['variable'] }],
    ['keras', { framework: 'keras', origin: 'drawn', count: 64, outputs: ['output_0', 'output_1'] }],
    ['torch', { framework: 'torch', origin: 'example', count: 5, outputs: ['output'] }],
  ] as const) {
    it(`gives the answers of a model of ${about.framework} (${name})`, async (test) => {
      if (typeof missing[name] === 'string') return test.skip(missing[name])
      const out = file(`${name}.onnx`)
      const { exitCode, stdout, stderr } = await run(join(models, name), '--out', out, '--trust', '--json')
      const lacks = /This Python has no (.+?)\. The export/.exec(stderr)?.[1]
      if (lacks !== undefined) return test.skip(`${lacks} is not installed`)
      assert.equal(exitCode, 0, stderr + stdout)
      const { framework, samples, parity, written }: ExportReport = JSON.parse(stdout)
      assert.deepEqual(
        { framework, ...samples, outputs: parity.outputs.map((output) => output.name) },
        { ...about, outputs: [...about.outputs] },
      )
      assert.deepEqual([parity.state, parity.unchecked, written?.path], ['passed', [], out])
      const { metadataProps } = await readModelFile(out)
      const notes = new Map(metadataProps.map(({ key, value }) => [key, value]))
      assert.deepEqual([notes.get('runwright.framework'), notes.get('runwright.parity')], [framework, 'passed'])
      assert.match(notes.get('runwright.versions') ?? '', /"python":"3\.\d+/)
    })
  }

  it('loads no pickle and no tree of strangers unless it is told to', async (test) => {
    for (const [name, why] of [
      ['pipeline', /model\.pkl holds pickled objects[^]*--trust/],
      ['forest', /sklearn\.tree\._tree\.Tree[^]*--trust/],
    ] as const) {
      const { exitCode, stderr } = await run(join(models, name), '--out', file('strange.onnx'))
      if (/This Python has no/.test(stderr)) return test.skip(stderr)
      assert.equal(exitCode, 1)
      assert.match(stderr, why)
      assert.equal(await isThere(file('strange.onnx')), false)
    }
  })

  it('takes samples from a file', async (test) => {
    const rows = Array.from({ length: 30 }, (_, row) => [row / 10, 1 - row / 7, Math.sin(row), row % 3].join(','))
    await workspace.write('rows.csv', `a,b,c,d,labels\n${rows.map((row) => `${row},1\n`).join('')}`)
    const words = [join(models, 'logistic'), '--data', file('rows.csv'), '--out', file('rows.onnx')]
    const { stderr, stdout } = await run(...words, '--json')
    if (/This Python has no/.test(stderr)) return test.skip(stderr)
    const { samples, parity }: ExportReport = JSON.parse(stdout)
    assert.deepEqual([samples, parity.state], [{ origin: 'data', count: 30 }, 'passed'])
    await workspace.write('narrow.csv', 'a,b\n1,2\n')
    const narrow = await run(join(models, 'logistic'), '--data', file('narrow.csv'), '--out', file('narrow.onnx'))
    assert.match(narrow.stderr, /The samples have 2 columns, and the model takes 4/)
    assert.notEqual(narrow.exitCode, 0)
  })

  it('writes nothing when the answers differ, and with --keep a file that says so', async (test) => {
    const out = file('patched.onnx')
    const words = [join(models, 'patched'), '--out', out, '--trust']
    const first = await run(...words)
    if (/This Python has no/.test(first.stderr)) return test.skip(first.stderr)
    assert.equal(first.exitCode, 1)
    assert.match(first.stdout, /probabilities .*60 of 60 elements differ/)
    assert.match(first.stdout, /Nothing was written[^]*the answers differ/)
    assert.equal(await isThere(out), false)
    const kept = await exportReport(workspace, ...words, '--python', python, '--keep')
    assert.deepEqual([kept.parity.state, kept.written?.path], ['failed', out])
    const { metadataProps } = await readModelFile(out)
    assert.equal(metadataProps.find(({ key }) => key === 'runwright.parity')?.value, 'failed')
  })

  it('names the line that installs what is missing, and installs nothing', async () => {
    await promisify(execFile)(python, ['-m', 'venv', '--without-pip', file('bare')])
    const bare = file('bare/bin/python')
    const { exitCode, stderr } = await workspace.run(
      'model',
      'export',
      join(models, 'logistic'),
      '--out',
      file('bare.onnx'),
      '--python',
      bare,
    )
    assert.equal(exitCode, 1)
    assert.ok(stderr.includes(`Install it by: ${bare} -m pip install numpy`), stderr)
    const absent = await workspace.run(
      'model',
      'export',
      join(models, 'logistic'),
      '--out',
      file('bare.onnx'),
      '--python',
      file('nothing'),
    )
    assert.match(absent.stderr, /nothing cannot be started/)
  })

  it('leaves nothing of its work behind', async () => {
    const left = (await readdir(workspace.folder)).filter((name) => /\.new$|\.scratch$/.test(name))
    assert.deepEqual(left, [])
  })
})
