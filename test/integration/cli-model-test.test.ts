import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeModel } from '../../src/onnx/model.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { mlpModel } from '../../src/onnx/test-models.ts'
import type { TensorValue } from '../../src/onnx/tensor-value.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../until.ts'
import { openCliWorkspace } from './cli-workspace.ts'
import { runCli } from './run-cli.ts'

/** What a build server sees of a file: counts of the suite, and its failures by class, name and message. */
async function readJunit(path: string): Promise<{ tests: number; cases: number; failures: readonly string[] }> {
  const { stdout } = await promisify(execFile)(findTestPython(process.env), ['-c', junitReader, path])
  return JSON.parse(stdout)
}

/** By a parser that takes nothing but well-formed XML. */
const junitReader = `
import json, sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
assert suites.tag == "testsuites", suites.tag
(suite,) = suites
cases = suite.findall("testcase")
failed = [(case, case.find("failure")) for case in cases if case.find("failure") is not None]
assert int(suite.get("failures")) == int(suites.get("failures")) == len(failed)
names = [f"{case.get('classname')} {case.get('name')}: {failure.get('message')}" for case, failure in failed]
print(json.dumps({"tests": int(suite.get("tests")), "cases": len(cases), "failures": names}))
`

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('runwright model test', { timeout: 300_000 }, () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  const run = (...args: string[]) =>
    runCli(folder, 'model', 'test', ...args, '--against', file('model.onnx'), '--data', file('x.npz'))
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-cli-model-test-')))
    await writeFile(file('model.onnx'), writeModel(mlpModel()))
    await writeFile(file('damaged.onnx'), 'no model')
    const data = Float32Array.from({ length: 240 }, (_, index) => Math.sin(index))
    const labels: TensorValue = {
      dtype: 'int64',
      dims: [30],
      data: BigInt64Array.from({ length: 30 }, (_, i) => BigInt(i % 4)),
    }
    const x: TensorValue = { dtype: 'float32', dims: [30, 8], data }
    await writeArrayFile(file('x.npz'), new Map([['x', x]]))
    await writeArrayFile(
      file('labelled.npz'),
      new Map([
        ['x', x],
        ['labels', labels],
      ]),
    )
    const place: TensorValue = {
      dtype: 'string',
      dims: [30],
      data: Array.from({ length: 30 }, (_, i) => (i < 9 ? 'a<b' : 'c')),
    }
    await writeArrayFile(file('slices.npz'), new Map([['place', place]]))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('exits with 0 when all gates hold, and shows and writes what it found', async () => {
    const gates = ['--gate', 'accuracy-drop<=1%', '--gate', 'agreement>=99%', '--slices', file('slices.npz')]
    const reports = ['--html', file('report.html'), '--junit', file('report.xml')]
    const words = [file('model.onnx'), '--against', file('model.onnx'), '--data', file('labelled.npz')]
    const { exitCode, stdout, stderr } = await runCli(folder, 'model', 'test', ...words, ...gates, ...reports)
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /^accuracy-drop<=1% +0% +\S+ to \S+ +met, not surely$/m)
    assert.match(stdout, /^place a<b +9 /m)
    assert.match(stdout, /: passed, 6 checks and 2 gates\.$/m)
    const page = await readFile(file('report.html'), 'utf8')
    assert.match(page, /<td>place a&#60;b<\/td>/)
    assert.match(page, /model\.onnx against model\.onnx: passed/)
    assert.doesNotMatch(page, /<script|https?:/)
    assert.deepEqual(await readJunit(file('report.xml')), { tests: 8, cases: 8, failures: [] })
  })

  it('exits with 1 when one does not, with the report as JSON', async () => {
    const { exitCode, stdout } = await run(
      file('model.onnx'),
      '--gate',
      'size<=1kB',
      '--target',
      'edge-box,threads=1,cpus=0.9,p99=60s',
      '--json',
      '--junit',
      file('failed.xml'),
    )
    const report = JSON.parse(stdout)
    assert.deepEqual([exitCode, report.isPassed, report.gates[0].isMet], [1, false, false])
    assert.equal(report.parity[0].maxError, 0)
    // Held to the target, or said to be this machine's.
    const { notLimited } = report.performance.comparisons[0]
    const note = report.target.notes.find((each: string) => each.startsWith('Not held to 0.9 cores and 1 GiB, so the'))
    assert.equal(note !== undefined, notLimited !== undefined)
    assert.ok(note === undefined || note.endsWith(notLimited), note)
    const { tests, cases, failures } = await readJunit(file('failed.xml'))
    assert.deepEqual([tests, cases, failures.length], [8, 8, 1])
    assert.match(failures[0] ?? '', /^gates size<=1KiB: missed: found [\d.]+ KiB$/)
  })

  it('takes the data as a commit has it', async () => {
    await using workspace = await openCliWorkspace()
    const commit = async (count: number) => {
      const x = { dtype: 'float32', dims: [count, 8], data: new Float32Array(count * 8).fill(0.5) } as const
      await writeArrayFile(join(workspace.folder, 'x.npz'), new Map([['x', x]]))
      await workspace.json('data', 'add', 'x.npz')
      await workspace.git('add', '--all')
      await workspace.git('commit', '--quiet', '--message', `${count} samples`)
    }
    await workspace.json('init')
    await commit(7)
    await commit(11)
    const words = ['model', 'test', file('model.onnx'), '--against', file('model.onnx'), '--data', 'x.npz']
    const old = await workspace.json(...words, '--data-version', 'HEAD~1')
    const present = await workspace.json(...words)
    assert.deepEqual(
      [old['data'], present['data']],
      [
        { name: 'x.npz', samples: 7, hasLabels: false },
        { name: 'x.npz', samples: 11, hasLabels: false },
      ],
    )
  })

  it('writes XML that is one whatever a model is called', async () => {
    const strange = file('a<b>&"\u0007 ü.onnx')
    await writeFile(strange, writeModel(mlpModel()))
    const { exitCode } = await run(strange, '--gate', 'size<=1kB', '--junit', file('strange.xml'))
    assert.deepEqual([exitCode, (await readJunit(file('strange.xml'))).failures.length], [1, 1])
  })

  it('exits with 1 for a model that does not load, and says why', async () => {
    const { exitCode, stdout } = await run(file('damaged.onnx'))
    assert.equal(exitCode, 1)
    assert.match(stdout, /^It loads +failed +.*damaged\.onnx: ONNX Runtime says: /m)
  })

  it('goes by the score of a script, and tells its words where it has none', async () => {
    const score = "console.log(JSON.stringify({ score: process.env.RUNWRIGHT_ROLE === 'original' ? 0.9 : 0.8 }))"
    await writeFile(file('score.mjs'), score)
    const script = ['--script', `"${process.execPath}" "${file('score.mjs')}"`, '--gate', 'score-drop<=0.05']
    const { exitCode, stdout, stderr } = await run(file('model.onnx'), ...script)
    assert.equal(exitCode, 1, stderr)
    assert.match(stdout, /^score-drop<=0\.05 +0\.1 +missed$/m)
    await writeFile(file('score.mjs'), "console.error('no model'); process.exitCode = 5")
    const failed = await run(file('model.onnx'), ...script)
    assert.deepEqual([failed.exitCode, /ended with 5\.\n *no model/.test(failed.stderr)], [2, true], failed.stderr)
  })

  it('exits with 130 when it is cancelled, and leaves no script behind', async () => {
    const script =
      "import { writeFileSync } from 'node:fs'; writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1e6)"
    await writeFile(file('wait.mjs'), script)
    const words = [file('model.onnx'), '--against', file('model.onnx'), '--data', file('x.npz')]
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const command = [main, 'model', 'test', ...words, '--script', `"${process.execPath}" wait.mjs`]
    const child = spawn(process.execPath, command, { cwd: folder, stdio: 'ignore' })
    const ended = once(child, 'exit')
    await until(async () => (await readFile(file('pid'), 'utf8').catch(() => '')) !== '', 60_000)
    child.kill('SIGINT')
    assert.deepEqual(await ended, [130, null])
    const pid = Number(await readFile(file('pid'), 'utf8'))
    await until(() => !isThere(pid), 60_000)
  })

  it('says how it is used before anything is run', async () => {
    for (const [words, message] of [
      [['--gate', 'accuracy<=1%'], /no measure “accuracy”/],
      [['--target', 'moon'], /no target “moon”/],
      [['--task', 'guess'], /expected classification, regression, similarity, detection, pairs or script/],
      [['--task', 'script'], /the script is missing/],
      [['--script', '"python'], /expected a command/],
      [['--script', 'score', '--script-timeout', 'long'], /expected a time/],
      [['--threads', '0'], /expected a number from 1/],
    ] as const) {
      const { exitCode, stderr } = await run(file('model.onnx'), ...words)
      assert.deepEqual([exitCode, message.test(stderr)], [2, true], stderr)
    }
    assert.equal((await run(file('absent.onnx'))).exitCode, 3)
    const { exitCode, stderr } = await runCli(folder, 'model', 'test', file('model.onnx'), '--data', file('x.npz'))
    assert.deepEqual([exitCode, /--against MODEL/.test(stderr)], [2, true])
  })
})
