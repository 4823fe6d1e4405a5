import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findRunData } from '../../src/protocol/data-versions.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

const python = findTestPython(process.env)
const packageFolder = join(import.meta.dirname, '../../python')
const trainScript = join(import.meta.dirname, '../python/train_and_look.py')
const words = (line: string) => line.split(' ')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the lineage of a workspace', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  const run = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await workspace.run('run', '--json', ...args)
    assert.equal(exitCode, 0, stderr)
    return { runId: parseRunId(String(parseObject(stdout)['runId'])) ?? assert.fail(stderr), stderr }
  }
  const dataOf = async (runId: string) => {
    await using client = await workspace.connect()
    const { run } = await client.call('runs/get', { runId: parseRunId(runId) ?? assert.fail(runId) })
    return run.datasets
      .map((input) => findRunData(input) ?? assert.fail(JSON.stringify(input)))
      .map(({ version, context, found }) => ({ ...version, context, found }))
      .toSorted((a, b) => a.path.localeCompare(b.path))
  }
  const cli = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await workspace.run(...args)
    assert.equal(exitCode, 0, stderr)
    return stdout
  }

  before(async () => {
    workspace = await openCliWorkspace()
    await mkdir(join(workspace.folder, 'data'))
    await workspace.write('data/raw.csv', 'a,b\n1,2\n')
    await workspace.write('data/test.csv', 'a,b\n3,4\n')
    await cli('init')
    await cli('data', 'add', 'data/raw.csv', 'data/test.csv')
    await workspace.git('add', '--all')
    await workspace.git('commit', '--quiet', '--message', 'Data')
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('knows what a command was said to read, and what it has written', async () => {
    const { runId } = await run(
      ...words('--name prepare --data data/raw.csv --out data/clean.csv --out data/same.csv -- sh -c'),
      'grep -v a data/raw.csv > data/clean.csv',
    )
    const commit = await workspace.git('rev-parse', 'HEAD')
    const [clean, raw, ...others] = await dataOf(runId)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [clean?.path, clean?.context, clean?.found, clean?.sha256, clean?.sizeBytes, clean?.commit],
      ['data/clean.csv', 'output', 'declared', sha256('1,2\n'), 4, undefined],
    )
    assert.deepEqual(
      [raw?.path, raw?.context, raw?.found, raw?.sha256, raw?.sizeBytes, raw?.commit],
      ['data/raw.csv', 'input', 'declared', sha256('a,b\n1,2\n'), 8, commit],
    )
    const again = await workspace.json('rerun', 'prepare', '--name', 'again')
    assert.deepEqual(await dataOf(String(again['runId'])), await dataOf(runId))
    await workspace.json('runs', 'delete', 'again')
    // Nothing was put under version control behind anybody's back.
    assert.equal(await workspace.git('status', '--porcelain'), '?? data/clean.csv')
  })

  it('finds what a program opens through Python, beside what it says itself, and an unchanged client sees all of it', async () => {
    const train = workspace.start(
      ['run', '--name', 'train', '--json', '--out', 'model.txt', '--commit-data', '--', python, trainScript, 'train'],
      {
        PACKAGE: packageFolder,
      },
    )
    const { stdout, stderr, exitCode } = await train.finished
    assert.equal(exitCode, 0, stderr)
    const runId = String(parseObject(stdout)['runId'])
    const found = (await dataOf(runId)).map(({ path, context, found }) => [path, context, found])
    assert.deepEqual(found, [
      ['data/raw.csv', 'input', 'opened'],
      ['data/test.csv', 'evaluation', 'declared'],
      ['model.txt', 'output', 'declared'],
    ])
    assert.match(await cli('data', 'status', 'model.txt'), /is what its \.dvc files say/)

    await using client = await workspace.connect()
    const seen = await runPython({
      python,
      script: 'train_and_look.py',
      folder: workspace.folder,
      server: await client.tracking(),
      env: { LOOK_AT: runId },
    })
    assert.deepEqual(
      [seen['found'], seen['written']],
      [
        ['prepare', 'train'],
        ['prepare', 'train'],
      ],
    )
    assert.ok(Array.isArray(seen['inputs']))
    const raw = seen['inputs'].map(parseInput).find(({ name }) => name === 'data/raw.csv')
    assert.equal(raw?.['digest'], sha256('a,b\n1,2\n').slice(0, 36))
    assert.equal(raw?.['source_type'], 'runwright_data')
    assert.equal(raw?.['mlflow.data.context'], 'input')
  })

  it('is shown as a tree, both ways, from runs, data, earlier data and model versions', async () => {
    await cli(
      'models',
      'register',
      'train',
      '--name',
      'digits',
      '--path',
      'model',
      '--alias',
      'champion',
      '--data',
      'model.txt',
    )
    const up = await cli('lineage', 'models:/digits@champion', '--up')
    assert.match(up, /^digits version 1 @champion\n\ncame of\n/)
    assert.match(up, /├─ registered from run train \(FINISHED\)\n│ {2}├─ read data\/raw\.csv \[.{10}\] \(opened\)/)
    assert.match(
      up,
      /└─ its file: model\.txt \[.{10}\]\n {3}└─ written by run train \(FINISHED\) \(declared\) \(see above\)/,
    )
    assert.match(await cli('lineage', 'digits/1', '--mermaid'), /^flowchart LR\n/)

    const down = await cli('lineage', 'data/raw.csv', '--down')
    assert.match(down, /read by run prepare .*\n {3}└─ wrote data\/clean\.csv/)
    assert.match(down, /registered as digits version 1 @champion/)

    await appendFile(join(workspace.folder, 'data/raw.csv'), '5,6\n')
    await cli('data', 'add', 'data/raw.csv')
    const again = await workspace.run('lineage', 'data/raw.csv')
    assert.equal(again.exitCode, 3, again.stdout)
    assert.equal(await cli('lineage', 'data/raw.csv@HEAD', '--down'), down)
    const graph = await workspace.json('lineage', 'train', '--depth', '1', '--up')
    assert.ok(Array.isArray(graph['nodes']))
    assert.equal(graph['nodes'].length, 3)
    const none = await workspace.run('lineage', 'nothing')
    assert.equal(none.exitCode, 3)
    assert.match(none.stderr, /Nothing is called "nothing"/)
  })

  it('records what is there where a file is not as its .dvc file says, and refuses what is under no version control', async () => {
    await workspace.write('data/test.csv', 'changed')
    const { runId, stderr } = await run('--data', 'data/test.csv', '--', 'true')
    assert.match(stderr, /data\/test\.csv is not as its \.dvc file says/)
    assert.deepEqual(
      (await dataOf(runId)).map(({ sha256, commit }) => [sha256, commit]),
      [[sha256('changed'), undefined]],
    )
    const before = await workspace.json('runs', 'list')
    const refused = await workspace.run('run', '--data', '.gitignore', '--', 'true')
    assert.equal(refused.exitCode, 3)
    assert.match(refused.stderr, /\.gitignore is not under version control/)
    assert.deepEqual(await workspace.json('runs', 'list'), before)
  })

  it('knows the same of a job, which says itself what it has written', async () => {
    const script = [
      `import sys; sys.path.insert(0, ${JSON.stringify(packageFolder)})`,
      'import os, runwright',
      `os.makedirs('models/parts'); os.mkdir('models/empty')`,
      `open('models/é.bin', 'w').write('a'); open('models/parts/b.sh', 'w').write('b')`,
      `os.chmod('models/parts/b.sh', 0o755)`,
    ].join('\n')
    const launch = words('train --quiet --name job --data data/raw.csv --out models --out untouched --')
    const { exitCode, stderr } = await workspace.run(...launch, python, '-c', script)
    assert.equal(exitCode, 0, stderr)
    await using client = await workspace.connect()
    const { jobs } = await client.call('jobs/list', {})
    const [raw, models, ...others] = await dataOf(jobs[0]?.runId ?? '')
    assert.deepEqual(
      [raw?.path, raw?.context, models?.path, models?.context],
      ['data/raw.csv', 'input', 'models', 'output'],
    )
    assert.deepEqual(others, [])
    const { added } = await workspace.json('data', 'add', 'models')
    assert.ok(Array.isArray(added))
    const { hash, sizeBytes, fileCount, ...same } = parseInput(added[0])
    assert.deepEqual([models?.md5, models?.sha256, models?.sizeBytes], [hash, same['sha256'], sizeBytes])
    assert.equal(models?.fileCount, fileCount)

    const refused = await workspace.run('train', '--data', 'nothing.csv', '--', 'true')
    assert.match(refused.stderr, /nothing\.csv is not under version control/)
    assert.equal((await client.call('jobs/list', {})).total, 1)
  })

  it('keeps the data of runs from being collected as garbage', async () => {
    const isKept = (text: string) => {
      const hash = createHash('md5').update(text).digest('hex')
      return existsSync(join(workspace.folder, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2)))
    }
    await run('--out', 'of-run.txt', '--commit-data', '--', 'sh', '-c', 'printf written > of-run.txt')
    await workspace.write('loose.txt', 'loose')
    await cli('data', 'add', 'loose.txt')
    for (const file of ['of-run.txt', 'loose.txt']) await workspace.write(file, 'another')
    await cli('data', 'add', 'of-run.txt', 'loose.txt')
    assert.deepEqual([isKept('written'), isKept('loose')], [true, true])
    // What is younger stays in any case, and a second is the least that can be said.
    while (isKept('loose')) await cli('data', 'gc', '--yes', '--older-than', '1s')
    assert.ok(isKept('written'))
  })

  it('sees what a program in another language has open', { skip: process.platform !== 'linux' }, async () => {
    await workspace.git('checkout', '--quiet', '--', 'data/test.csv.dvc')
    await cli('data', 'checkout', '--force', 'data/test.csv')
    const script = 'exec 3< data/test.csv; sleep 2'
    const { runId } = await run('--', 'sh', '-c', script)
    assert.deepEqual(
      (await dataOf(runId)).map(({ path, found }) => [path, found]),
      [['data/test.csv', 'opened']],
    )
  })
})

function parseInput(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : assert.fail()
}
