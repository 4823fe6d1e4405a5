import assert from 'node:assert/strict'
import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { oneOperatorModel } from '../../src/onnx/test-session-models.ts'
import { parseCandidateLayers, parseSearchReport } from '../../src/protocol/compression.ts'
import { hasPassed } from '../../src/protocol/compression-verdict.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { findTag } from '../../src/protocol/runs.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { smallNet, smallNetSamples } from '../small-net.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const target = ['--target', 'this-machine,threads=1']

describe('runwright compress', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  const file = (name: string) => path.join(workspace.folder, name)
  before(async () => {
    workspace = await openCliWorkspace()
    await writeModelFile(smallNet(), file('net.onnx'))
    await writeArrayFile(file('data.npz'), smallNetSamples(600))
    await writeFile(file('relu.onnx'), oneOperatorModel('Relu'))
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('writes a model that meets the goals, records each candidate, and makes it again byte for byte', async () => {
    const goals = ['--goal', 'similarity>=0.99', '--goal', 'size<=700KB']
    const words = ['compress', 'net.onnx', '--data', 'data.npz', ...goals, ...target, '--out', 'small.onnx']
    const { recommended, candidates, runId } = await workspace.json(
      ...words,
      '--pass',
      'fp16',
      '--pass',
      'dynamic-int8',
    )
    assert.ok(Array.isArray(candidates) && candidates.length >= 2)
    const best = candidates.find(({ number }) => number === recommended)
    assert.ok(best, JSON.stringify(candidates, undefined, 1))
    assert.deepEqual([best.isGood, best.isSlower, best.miss], [true, false, 0])

    await using client = await workspace.connect()
    const parentId = parseRunId(String(runId)) ?? assert.fail()
    const { run: parent } = await client.call('runs/get', { runId: parentId })
    assert.equal(parent.status, 'FINISHED')
    const childId = parseRunId(findTag(parent, tagNames.recommended) ?? '') ?? assert.fail()
    const { run: child } = await client.call('runs/get', { runId: childId })
    assert.deepEqual(
      [child.status, child.name, findTag(child, tagNames.parentRunId)],
      ['FINISHED', best.name, parentId],
    )
    assert.equal(child.metrics.find(({ key }) => key === 'size')?.value, best.measurements.size.value)
    assert.ok(child.metrics.some(({ key }) => key === 'similarity.low'))
    const { bytes } = await client.call('artifacts/read', { runId: parentId, path: 'search.json' })
    assert.equal(JSON.parse(new TextDecoder().decode(bytes)).recommended, recommended)
    const filter = `tags.${tagNames.parentRunId} = '${parentId}'`
    const { total } = await client.call('runs/list', { experimentIds: [child.experimentId], filter })
    assert.equal(total, candidates.length)
    assert.deepEqual(
      (await client.call('models/of-run', { runId: childId })).models.map((model) => model.path),
      ['model'],
    )

    assert.ok(candidates.every(({ runId }) => parseRunId(String(runId)) !== undefined))
    const layers = await workspace.json('compress', 'show', childId)
    assert.equal(layers['number'], recommended)
    const { changes, nodes } = parseCandidateLayers(layers['layers'])
    assert.ok(changes.length > 0)
    assert.equal(nodes?.length, 2)

    for (const recipe of ['small.onnx.recipe.json', childId]) {
      const again = await workspace.json('compress', 'net.onnx', '--recipe', recipe, '--out', 'again.onnx')
      assert.deepEqual([again['isSame'], again['sha256']], [true, best.sha256])
      assert.deepEqual(await readFile(file('again.onnx')), await readFile(file('small.onnx')))
    }
    await writeModelFile({ ...smallNet(), producerName: 'another' }, file('other.onnx'))
    const other = ['compress', 'other.onnx', '--recipe', 'small.onnx.recipe.json', '--out', 'again.onnx']
    assert.match((await workspace.run(...other)).stdout, /Not the same as before: the model is another one\.$/m)
  })

  it('exports any candidate of a search, and registers one with how its test ended', async () => {
    const words = ['compress', 'net.onnx', '--data', 'data.npz', '--goal', 'size<=700KB', ...target, '--pass', 'fp16']
    const searched = await workspace.run(...words, '--out', 'half.onnx', '--json')
    const found = JSON.parse(searched.stdout)
    await writeFile(file('found.json'), searched.stdout)
    const report = parseSearchReport(found)
    const [first] = report.candidates
    assert.ok(first)

    const exported = ['compress', 'export', String(found.runId), '--candidate', '1', '--out', 'one.onnx']
    assert.equal((await workspace.json(...exported))['sha256'], first.sha256)
    const shown = await workspace.run('compress', 'show', 'found.json', '--candidate', '1')
    assert.match(shown.stdout, /^1: fp16/m)
    assert.match(shown.stdout, /^size +\d/m)

    // Whether it is fast enough, and once more when it is measured again, is for the machine to say.
    const isPassed = hasPassed(report, first)
    const register = ['compress', 'register', String(first.runId), '--name', 'net', '--alias', 'small']
    if (!isPassed) {
      const { exitCode, stderr } = await workspace.run(...register)
      assert.deepEqual([exitCode, /failed its test: /.test(stderr)], [1, true], stderr)
    }
    await workspace.json(...register, '--even-if-failed')
    await using client = await workspace.connect()
    const { versions } = await client.call('models/get', { name: 'net' })
    const tags = Object.fromEntries((versions[0]?.tags ?? []).map(({ key, value }) => [key, value]))
    assert.equal(tags[tagNames.compressionRecipe], 'fp16')
    assert.equal(tags[tagNames.compressionGoals], report.goals.join(', '))
    assert.match(tags[tagNames.compressionTest] ?? '', isPassed ? /^passed.*\bsize \d/ : /^failed, .*\bsize \d/)
    assert.deepEqual(versions[0]?.aliases, ['small'])
  })

  it('refuses to show, export and register what is not there', async () => {
    await writeFile(file('other.json'), '{"isDone":true}')
    for (const [words, code, message] of [
      [['show', 'other.json'], 2, /other\.json has no results of a compression: /],
      [['show', 'found.json', '--candidate', '99'], 3, /There is no candidate 99/],
      [['show', 'found.json', '--candidate', 'x'], 2, /--candidate x/],
      [['export', 'found.json', '--candidate', '1'], 2, /--out/],
      [['export', 'found.json', '-c', '1', '--out', 'b.onnx', '--model', 'gone.onnx'], 3, /gone\.onnx is not there/],
      [
        ['export', 'found.json', '-c', '1', '--out', 'b.onnx', '--model', 'relu.onnx'],
        1,
        /relu\.onnx is not what the search was for/,
      ],
      [['register', 'found.json'], 2, /--name/],
    ] as const) {
      const { exitCode, stderr } = await workspace.run('compress', ...words)
      assert.deepEqual([exitCode, message.test(stderr)], [code, true], stderr)
    }
    await assert.rejects(access(file('b.onnx')))
  })

  it('says what came closest when nothing is good enough, and writes nothing', async () => {
    const words = ['--data', 'data.npz', '--goal', 'size<=1KB', ...target, '--pass', 'fp16', '--no-track']
    const { exitCode, stdout, stderr } = await workspace.run('compress', 'net.onnx', ...words, '--out', 'none.onnx')
    assert.equal(exitCode, 1, stderr)
    assert.match(stdout, /^No candidate meets the goals/m)
    assert.match(stdout, /^fp16 came closest: .*size<=1KiB is missed with \d/m)
    await assert.rejects(access(file('none.onnx')))
  })

  it('refuses a model that no pass does anything for, and what cannot be done at all, before it begins', async () => {
    const run = (...words: string[]) => workspace.run('compress', ...words, '--no-track')
    await writeArrayFile(file('flat.npz'), new Map([['x', { dtype: 'float32', dims: [8], data: new Float32Array(8) }]]))
    const refused = await run('relu.onnx', '--data', 'flat.npz', ...target, '--out', 'relu-small.onnx')
    assert.deepEqual(
      [refused.exitCode, /No pass does anything for relu\.onnx/.test(refused.stderr)],
      [1, true],
      refused.stderr,
    )
    for (const [words, code, message] of [
      [['net.onnx', '--data', 'data.npz'], 2, /--out/],
      [['net.onnx', '--out', 'a.onnx'], 2, /--data/],
      [['net.onnx', '--data', 'data.npz', '--out', 'no/where.onnx'], 3, /There is no folder/],
      [['net.onnx', '--data', 'data.npz', '--out', 'a.onnx', '--goal', 'fast'], 2, /The goal “fast”/],
      [['net.onnx', '--data', 'data.npz', '--out', 'a.onnx', '--pass', 'magic'], 3, /no compression pass “magic”/],
      [['net.onnx', '--data', 'data.npz', '--out', 'a.onnx', '--budget', 'long'], 2, /--budget long/],
      [['net.onnx', '--data', 'absent.npz', '--out', 'a.onnx'], 3, /absent\.npz/],
      [['net.onnx', '--data', 'data.npz', '--out', 'net.onnx'], 2, /is the model itself/],
    ] as const) {
      const { exitCode, stderr } = await run(...words)
      assert.deepEqual([exitCode, message.test(stderr)], [code, true], stderr)
    }
  })

  it('is the run of the job that it runs in, also when that is tried again', async () => {
    await using client = await workspace.connect()
    const { experiment } = await client.call('experiments/ensure', { name: 'jobs' })
    const { experimentId } = experiment
    const { run } = await client.call('runs/start', { experimentId, name: 'job' })
    const { runId } = run
    const env = { MLFLOW_RUN_ID: runId, RUNWRIGHT_JOB_ID: 'a-job' }
    const words = [
      'compress',
      'net.onnx',
      '--data',
      'data.npz',
      ...target,
      '--pass',
      'fp16',
      '--out',
      'job.onnx',
      '--json',
    ]
    const list = async () => {
      const filter = `tags.\`${tagNames.parentRunId}\` = '${runId}'`
      return (await client.call('runs/list', { experimentIds: [experimentId], filter })).runs.map(
        (child) => child.runId,
      )
    }
    const first = JSON.parse((await workspace.start(words, env).finished).stdout)
    assert.equal(first.runId, runId)
    const children = await list()
    assert.ok(children.length > 0)
    const again = JSON.parse((await workspace.start([...words, '--resume'], env).finished).stdout)
    assert.deepEqual(await list(), children)
    assert.deepEqual(
      parseSearchReport(again).candidates.map((candidate) => candidate.runId),
      parseSearchReport(first).candidates.map((candidate) => candidate.runId),
    )
    assert.equal((await client.call('runs/get', { runId })).run.status, 'RUNNING')
  })

  it('goes on where it was killed, measures nothing twice, and makes the same models', async () => {
    const passes = ['--pass', 'fp16', '--pass', 'dynamic-int8', '--pass', 'weight-int8']
    const goals = ['--goal', 'similarity>=0.99', '--goal', 'size<=700KB', '--experiment', 'Killed']
    const words = ['compress', 'net.onnx', '--data', 'data.npz', ...goals, ...target, ...passes, '--out', 'killed.onnx']
    const measuredIn = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .filter(({ kind }) => kind === 'measured')
    const before = await listResults()
    const started = workspace.start([...words, '--progress-json'])
    await started.line('"measured"')
    started.process.kill('SIGKILL')
    const killed = await started.finished
    assert.equal(killed.signal, 'SIGKILL')
    const [folder = ''] = (await listResults()).filter((name) => !before.includes(name))
    const known = await readKeys(folder)
    assert.ok(known.length > 0)
    await writeFile(path.join(folder, `candidate-${started.process.pid}.onnx`), 'half a model')

    const resumed = await workspace.run(...words, '--resume', '--progress-json', '--json')
    assert.equal(resumed.exitCode, 0, resumed.stderr)
    const again = measuredIn(resumed.stderr)
    const names = again.map(({ name }) => name)
    assert.deepEqual([...new Set(names)], names)
    assert.deepEqual(
      again.filter(({ isKnown }) => isKnown === true).map(({ name }) => name),
      measuredIn(killed.stderr).map(({ name }) => name),
    )
    const keys = await readKeys(folder)
    assert.deepEqual(keys.slice(0, known.length), known)
    assert.deepEqual([...new Set(keys)], keys)
    assert.deepEqual(await readdir(folder), ['results.jsonl'])

    // Which of them is recommended is up to the times that were measured; what they are is not.
    const whole = made(await workspace.json(...words))
    const both = [...made(JSON.parse(resumed.stdout))].filter(([name]) => whole.has(name))
    assert.ok(both.length >= 3, both.join())
    for (const [name, sha256] of both) assert.equal(sha256, whole.get(name), name)
    await using client = await workspace.connect()
    const { experiment } = await client.call('experiments/ensure', { name: 'Killed' })
    const { runs } = await client.call('runs/list', { experimentIds: [experiment.experimentId] })
    const searches = runs.filter(({ name }) => name === 'compress net.onnx').map(({ status }) => status)
    assert.deepEqual(searches.toSorted(), ['FINISHED', 'FINISHED', 'KILLED'])
  })

  const made = (found: unknown) =>
    new Map(parseSearchReport(found).candidates.map(({ name, sha256 }) => [name, sha256]))
  const listResults = async () => {
    const folder = file('.runwright/compress')
    const names = await readdir(folder).catch(() => [])
    return names.filter((name) => !name.startsWith('.')).map((name) => path.join(folder, name))
  }
  const readKeys = async (folder: string) => {
    const text = await readFile(path.join(folder, 'results.jsonl'), 'utf8')
    const lines = text.split('\n').filter((line) => line.endsWith('}'))
    return lines.map((line) => String(JSON.parse(line).key))
  }

  it('leaves nothing half done when it is interrupted, and goes on from there', async () => {
    const words = ['compress', 'net.onnx', '--data', 'data.npz', ...target, '--pass', 'fp16', '--pass', 'weight-int8']
    const started = workspace.start([...words, '--out', 'cut.onnx'])
    await started.line('weight-int8: size')
    started.process.kill('SIGINT')
    assert.equal((await started.finished).exitCode, 130)
    await assert.rejects(access(file('cut.onnx')))
    const folders = await readdir(file('.runwright/compress'))
    const left = await Promise.all(folders.map((name) => readdir(file(`.runwright/compress/${name}`)).catch(() => [])))
    assert.ok(
      left.flat().every((name) => name === 'results.jsonl'),
      left.flat().join(),
    )
    const resumed = await workspace.run(...words, '--out', 'cut.onnx', '--resume', '--progress-json')
    const events = resumed.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const known = events.filter(({ kind, isKnown }) => kind === 'measured' && isKnown === true)
    assert.deepEqual(
      known.map(({ name }) => name),
      ['weight-int8'],
    )
    await using client = await workspace.connect()
    const { experiment } = await client.call('experiments/ensure', { name: 'Compression' })
    const listed = await client.call('runs/list', { experimentIds: [experiment.experimentId] })
    assert.ok(listed.runs.some(({ status, name }) => status === 'KILLED' && name === 'compress net.onnx'))
    assert.ok(listed.runs.every(({ status }) => status !== 'RUNNING'))
  })
})
