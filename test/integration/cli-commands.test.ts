import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { loadCommands } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/commands/all.ts'
import { findRunningEngine } from '../../src/cli/running-engine.ts'
import { createHttpClient } from '../../src/client/http-client.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
})
after(() => workspace[Symbol.asyncDispose]())

/** Logs one metric by MLflow's REST interface, as the shell of a user without any client would. */
const logAccuracy = (value: string) =>
  `await fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/log-metric', { method: 'POST',
    headers: { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: process.env.MLFLOW_RUN_ID, key: 'accuracy', value: ${value}, timestamp: 1 }) })`

async function train(experiment: string, name: string, accuracy: string): Promise<string> {
  const words = ['run', '-e', experiment, '-n', name, '-p', `target=${accuracy}`, '-p', 'same=1']
  const result = await workspace.json(
    ...words,
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    logAccuracy(accuracy),
  )
  return String(result['runId'])
}

describe('the command line', { timeout: 300_000 }, () => {
  it('shows an example in the help of each command', async () => {
    for (const command of await loadCommands(commands)) {
      const { exitCode, stdout } = await workspace.run(...command.name.split(' '), '--help')
      assert.equal(exitCode, 0)
      assert.ok(stdout.includes(`Example:\n  ${command.example}`), command.name)
      assert.match(stdout, /--json/)
    }
  })

  it('marks the best run of an experiment, also when it is not among those listed', async () => {
    const best = await train('digits', 'größter 🚀', '0.97')
    await train('digits', 'worse', '0.5')
    const { stdout } = await workspace.run('runs', 'list', '--experiment', 'digits')
    assert.match(stdout, /best = highest accuracy/)
    assert.match(stdout, /^★ +[0-9a-f]{8} +größter 🚀 +FINISHED +0\.97 +0\.97 /m)
    assert.match(stdout, /^ +[0-9a-f]{8} +worse +FINISHED +0\.5 +0\.5 /m)
    assert.ok(!stdout.includes('same'), 'a param that is the same everywhere needs no column')

    const { experiments } = await workspace.json(
      'runs',
      'list',
      '-e',
      'digits',
      '--limit',
      '1',
      '--order',
      'metrics.accuracy',
    )
    assert.ok(Array.isArray(experiments))
    const [section] = experiments
    assert.deepEqual([section.total, section.runs.length, section.runs[0].name], [2, 1, 'worse'])
    assert.equal(section.bestRunId, best)
  })

  it('finds a run by its whole id, the beginning of it, and its name', async () => {
    const runId = await train('found', 'the only one', '0.1')
    for (const text of [runId, runId.slice(0, 8), 'the only one']) {
      const { run } = await workspace.json('runs', 'show', text)
      assert.ok(JSON.stringify(run).includes(`"runId":"${runId}"`), text)
    }
    const { stdout } = await workspace.run('runs', 'show', runId)
    assert.match(stdout, /^ {2}accuracy {2}0\.1 \(step 0\)$/m)
    await train('found', 'the only one', '0.2')
    assert.equal((await workspace.run('runs', 'show', 'the only one')).exitCode, 2)
    assert.equal((await workspace.run('runs', 'show', 'nobody')).exitCode, 3)
  })

  it('deletes runs and brings them back', async () => {
    const runId = await train('lifecycle', 'once', '0.3')
    const listed = async (...args: string[]) =>
      (await workspace.run('runs', 'list', '-e', 'lifecycle', ...args)).stdout.includes(runId.slice(0, 8))
    await workspace.json('runs', 'delete', runId)
    assert.deepEqual([await listed(), await listed('--deleted')], [false, true])
    await workspace.json('runs', 'restore', runId)
    assert.deepEqual([await listed(), await listed('--deleted')], [true, false])
  })

  it('lists experiments', async () => {
    await train('größe', 'one', '0.4')
    const { experiments } = await workspace.json('experiments', 'list')
    assert.match(JSON.stringify(experiments), /"name":"größe"/)
    assert.match((await workspace.run('experiments', 'list')).stdout, /^ *\d+ +größe +1 +0 +0 +just now$/m)
  })

  it('refuses to stop a run that nobody supervises, and says so', async () => {
    await using client = await findRunningEngine(workspace.folder)
    assert.ok(client !== undefined)
    const { experiment } = await client.call('experiments/ensure', { name: 'foreign' })
    const { run } = await client.call('runs/start', { experimentId: experiment.experimentId })
    const { exitCode, stderr } = await workspace.run('runs', 'stop', run.runId)
    assert.equal(exitCode, 1)
    assert.match(stderr, /was not started by "runwright run"/)
    await client.call('runs/end', { runId: run.runId, status: 'FINISHED' })
  })

  it('exits 2 for wrong usage, with a hint', async () => {
    for (const args of [['runs'], ['nonsense'], ['runs', 'list', '--limit', 'x'], ['runs', 'show'], ['run', 'ls']]) {
      const { exitCode, stderr } = await workspace.run(...args)
      assert.equal(exitCode, 2, args.join(' '))
      assert.match(stderr, /^runwright.+\n {2}(There are: |"runwright .+ --help")/, stderr)
    }
    const { stderr } = await workspace.run('runs', 'list', '--filter', 'nonsense', '--json')
    assert.equal(parseObject(stderr)['error_code'], 'INVALID_PARAMETER_VALUE')
  })

  it('exits 4 when the engine cannot be started', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'runwright-cli-'))
    try {
      // A folder stands where the database belongs.
      await mkdir(path.join(folder, '.runwright', 'store.db'), { recursive: true })
      const { exitCode, stderr } = await workspace.run('runs', 'list', '--workspace', folder)
      assert.equal(exitCode, 4, stderr)
      assert.ok(stderr.includes(folder))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('survives a reader that has read enough', async () => {
    const shell = 'node "$0" runs list | head -c 1'
    const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts')
    const { stdout, stderr } = await promisify(execFile)(
      'sh',
      ['-c', shell.replace('node', `'${process.execPath}'`), main],
      {
        cwd: workspace.folder,
      },
    )
    assert.deepEqual([stdout.length, stderr], [1, ''])
  })
})

describe('runwright completion', () => {
  it('prints scripts in which bash finds no error, and which complete', async () => {
    const { stdout: script } = await workspace.run('completion', 'bash')
    const complete = async (...words: string[]) => {
      const program = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runwright; echo "\${COMPREPLY[*]}"`
      const { stdout } = await promisify(execFile)('bash', ['-c', program, 'bash', 'runwright', ...words])
      return stdout.trim().split(' ')
    }
    assert.deepEqual(await complete('ru'), ['run', 'runs'])
    assert.deepEqual(await complete('runs', 'de'), ['delete'])
    assert.deepEqual(await complete('runs', 'list', '--exp'), ['--experiment'])
    assert.deepEqual(await complete('run', '--par'), ['--param'])
    assert.deepEqual(await complete('run', '--', 'python', ''), [''])
  })

  it('prints something for each shell, and refuses others', async () => {
    for (const shell of ['zsh', 'fish']) assert.match((await workspace.run('completion', shell)).stdout, /experiments/)
    assert.equal((await workspace.run('completion', 'tcsh')).exitCode, 2)
  })
})

describe('runwright engine', { timeout: 300_000 }, () => {
  it('tells about the engine without starting one', async () => {
    await using other = await openCliWorkspace()
    assert.equal((await other.run('engine', 'status')).exitCode, 3)
    assert.equal((await other.run('engine', 'logs')).exitCode, 3)
    assert.deepEqual(await other.json('engine', 'stop'), { stopped: false })
    await other.run('runs', 'list')
    const status = await other.json('engine', 'status')
    assert.deepEqual([status['running'], status['workspace']], [true, other.folder])
    assert.match((await other.run('engine', 'logs')).stdout, /listens at/)
    assert.deepEqual(await other.json('engine', 'stop'), { stopped: true, pid: status['pid'] })
  })

  it('prints what the log gets', async () => {
    await using other = await openCliWorkspace()
    await other.run('runs', 'list')
    const logs = other.start(['engine', 'logs', '--follow', '--lines', '0'])
    const stopped = logs.line('stop')
    // The log may be opened after the engine has stopped: then the next start is what it shows.
    await other.run('engine', 'stop')
    await Promise.race([stopped, other.run('runs', 'list').then(() => logs.line('listens at'))])
    logs.process.kill('SIGINT')
    assert.equal((await logs.finished).exitCode, 130)
  })
})

describe('runwright server', { timeout: 300_000 }, () => {
  it('serves a data folder to whoever has the token, and keeps both', async () => {
    for (const total of [0, 1]) {
      const server = workspace.start(['server', '--port', '0', '--data', 'served.log'])
      const url = (await server.line('MLFLOW_TRACKING_URI=')).split('=')[1] ?? ''
      const { stdout: token } = await promisify(execFile)('sh', [
        '-c',
        `${(await server.line('MLFLOW_TRACKING_TOKEN=')).trim()}; printf %s "$MLFLOW_TRACKING_TOKEN"`,
      ])
      await using client = createHttpClient({ url, token })
      const { experiment } = await client.call('experiments/ensure', { name: 'team' })
      assert.equal(experiment.runCount, total)
      const { run } = await client.call('runs/start', { experimentId: experiment.experimentId })
      assert.ok(parseRunId(run.runId))
      await using stranger = createHttpClient({ url })
      await assert.rejects(stranger.call('experiments/list', {}), { code: 'UNAUTHENTICATED' })
      server.process.kill('SIGTERM')
      assert.equal((await server.finished).exitCode, 0)
    }
  })

  it('refuses to let everybody in from other machines', async () => {
    const { exitCode, stderr } = await workspace.run('server', '--host', '0.0.0.0', '--data', 'x.log', '--no-token')
    assert.equal(exitCode, 2)
    assert.match(stderr, /--no-token would let everybody in/)
  })
})
