import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

/** Logs a metric by MLflow's REST interface. */
const train = `await fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/log-metric', { method: 'POST',
  headers: { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN, 'content-type': 'application/json' },
  body: JSON.stringify({ run_id: process.env.MLFLOW_RUN_ID, key: 'loss', value: Number(process.argv[2]), timestamp: 1 }) })
`

describe('runwright compare', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  let first: string

  before(async () => {
    workspace = await openCliWorkspace()
    await workspace.write('train.mjs', train)
    await workspace.git('add', '.')
    await workspace.git('commit', '--quiet', '--message', 'Train')
    first = await run('first', '0.5')

    await workspace.write('package-lock.json', '{}')
    await workspace.git('add', '.')
    await workspace.git('commit', '--quiet', '--message', 'Pin')
    await workspace.write('train.mjs', `${train}// faster\n`)
    await run('second', '0.25', { ONLY_IN_SECOND: '1' })
  })
  after(() => workspace[Symbol.asyncDispose]())

  async function run(name: string, loss: string, env: Record<string, string> = {}): Promise<string> {
    const words = ['run', '-n', name, '-p', `loss=${loss}`, '-p', 'same=1', '--json', '--']
    const started = workspace.start([...words, process.execPath, 'train.mjs', loss], env)
    const { stdout, stderr, exitCode } = await started.finished
    assert.equal(exitCode, 0, stderr)
    return String(parseObject(stdout)['runId'])
  }

  it('shows where runs differ in params, metrics, code and environment', async () => {
    const { stdout } = await workspace.run('compare', first.slice(0, 8), 'second')
    assert.match(stdout, /^[0-9a-f]{32} +first +FINISHED +/m)
    assert.match(stdout, /^Params \(1 of 2 differs\)\n +first +second\nloss +0\.5 +0\.25$/m)
    assert.match(stdout, /^loss +0\.5 +0\.25 \(−0\.25 better\)$/m)
    assert.match(stdout, /^commit +[0-9a-f]{10} +[0-9a-f]{10}$/m)
    assert.match(stdout, /^uncommitted changes +[0-9a-f]{12}$/m)
    assert.match(stdout, /^variables\[ONLY_IN_SECOND\] +ONLY_IN_SECOND$/m)
    assert.match(stdout, /^lockFiles\[package-lock\.json\]/m)
    assert.match(stdout, /^command .*train\.mjs 0\.5 .*train\.mjs 0\.25$/m)
    assert.ok(!stdout.includes('same'))
  })

  it('shows what is equal as well when asked', async () => {
    const { stdout } = await workspace.run('compare', 'first', 'second', '--all')
    assert.match(stdout, /^same +1 +1$/m)
    assert.match(stdout, /^branch +trunk +trunk$/m)
  })

  it('prints Markdown, and JSON for programs', async () => {
    const { stdout } = await workspace.run('compare', 'second', 'first', '--markdown')
    assert.match(stdout, /^# Comparison of Runs\n\n\| {2}\| second \| first \|\n/)
    assert.match(stdout, /^\| loss \| 0\.25 \| 0\.5 \(\+0\.25 worse\) \|$/m)

    const diff = await workspace.json('compare', 'first', 'second')
    assert.ok(Array.isArray(diff['sections']))
    const params = diff['sections'].find(({ name }) => name === 'params')
    assert.deepEqual(params.rows, [{ key: 'loss', values: ['0.5', '0.25'], isDifferent: true }])
  })

  it('says what is wrong with its arguments', async () => {
    for (const [exitCode, ...args] of [
      [2, 'first'],
      [2, 'first', 'first'],
      [2, 'first', 'second', '--markdown', '--json'],
      [2, 'first', 'second', '--markdown', '--artifacts'],
      [3, 'first', 'nobody'],
    ] as const) {
      const result = await workspace.run('compare', ...args)
      assert.equal(result.exitCode, exitCode, args.join(' '))
      assert.notEqual(result.stderr, '')
    }
  })
})
