import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isRecord } from '../../src/protocol/json.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'
import { type McpClient, openMcpClient } from './mcp-client.ts'

/** Logs a falling loss by MLflow's REST interface, and fails at the end when told so. */
const train = `const post = (route, body) => fetch(process.env.MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/' + route, {
  method: 'POST', body: JSON.stringify({ run_id: process.env.MLFLOW_RUN_ID, ...body }),
  headers: { authorization: 'Bearer ' + process.env.MLFLOW_TRACKING_TOKEN, 'content-type': 'application/json' } })
const best = Number(process.argv[2])
const metrics = Array.from({ length: 100 }, (_, step) => ({ key: 'loss', step, timestamp: 1, value: best + Math.max(0, 50 - step) / 50 }))
await post('log-batch', { metrics })
console.log('\\u001b[31mtraining\\u001b[0m')
if (process.argv[3] === 'fail') throw new RangeError('batch | does not fit')
`

let workspace: CliWorkspace
let agent: McpClient
before(async () => {
  workspace = await openCliWorkspace()
  await workspace.write('train.mjs', train)
  for (const [name, best, ...more] of [
    ['good', '0.1'],
    ['bad', '0.5'],
    ['broken', '0.3', 'fail'],
  ] as const) {
    const options = ['-e', 'digits', '-n', name, '-p', `best=${best}`]
    await workspace.run('run', ...options, '--', process.execPath, 'train.mjs', '{best}', ...more)
  }
  agent = openMcpClient(workspace.folder)
})
after(async () => {
  await agent[Symbol.asyncDispose]()
  await workspace[Symbol.asyncDispose]()
})

describe('runwright mcp', { timeout: 300_000 }, () => {
  it('agrees on a version, and lists tools with schemas and what they do', async () => {
    const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const { result } = await agent.request('initialize', client)
    assert.ok(isRecord(result) && isRecord(result['serverInfo']))
    assert.deepEqual([result['protocolVersion'], result['serverInfo']['name']], ['2025-06-18', 'runwright'])
    agent.notify('notifications/initialized')
    const other = await agent.request('initialize', { ...client, protocolVersion: '1999-01-01' })
    assert.ok(isRecord(other['result']))
    assert.equal(other['result']['protocolVersion'], '2025-06-18')
    assert.deepEqual((await agent.request('ping'))['result'], {})

    const listed = await agent.request('tools/list')
    const tools = isRecord(listed['result']) ? listed['result']['tools'] : undefined
    assert.ok(Array.isArray(tools))
    assert.deepEqual(
      tools.map(({ name, annotations }) => [name, annotations.readOnlyHint, annotations.destructiveHint]),
      [
        ['runwright_compare_runs', true, false],
        ['runwright_explain_run', true, false],
        ['runwright_find_runs', true, false],
        ['runwright_launch_run', false, true],
        ['runwright_summarize_curves', true, false],
      ],
    )
    assert.ok(tools.every(({ inputSchema }) => inputSchema.type === 'object'))
  })

  it('finds runs by filter, in order, with columns', async () => {
    const all = await agent.callTool('runwright_find_runs', {})
    assert.match(all.text, /^3 of 3 matching runs \(3 runs in \d experiments?\)\./)
    assert.match(all.text, /\| attributes\.duration \| metrics\.loss \| params\.best \|/)
    const { text } = await agent.callTool('runwright_find_runs', {
      experiments: ['digits'],
      filter: "metrics.loss < 0.4 AND attributes.status = 'FINISHED'",
      order: ['metrics.loss min DESC'],
      columns: ['metrics.loss max'],
      limit: 2,
    })
    assert.match(text, /^1 of 1 matching run \(3 runs in 1 experiment\)\.\n/)
    assert.match(text, /^\| [0-9a-f]{32} \| good \| digits \| FINISHED \| 1\.1 \|$/m)
  })

  it('sums up curves, and ranks them', async () => {
    const { text } = await agent.callTool('runwright_summarize_curves', { runs: ['bad', 'good'], metric: 'loss' })
    assert.match(text, /^Metric loss, less is better/)
    assert.match(
      text,
      /^\| 1 \| good \(.{32}\) \| FINISHED \| plateau \| 0\.1 \| 50 \| 50 \| 1\.1 \| 0\.1 \| 0 to 99 \| 100 \|/m,
    )
    assert.match(text, /^\| 2 \| bad /m)
    assert.match(text, /^Best of all runs of the experiment, over all their steps: good \(.{32}\) with 0\.1\.$/m)
    const early = await agent.callTool('runwright_summarize_curves', { runs: ['good'], metric: 'loss', to: 40 })
    assert.match(early.text, /\| improving \| 0\.3 \| 40 \|/)
    const none = await agent.callTool('runwright_summarize_curves', { runs: ['good'], metric: 'nothing' })
    assert.match(none.text, /Without this metric: good\./)
  })

  it('compares runs, and explains how one ended', async () => {
    const diff = await agent.callTool('runwright_compare_runs', { runs: ['good', 'bad'] })
    assert.match(diff.text, /^\| best \| 0\.1 \| 0\.5 \|$/m)
    const { text } = await agent.callTool('runwright_explain_run', { run: 'broken' })
    assert.match(text, /^- Status: FAILED$/m)
    assert.match(text, /^- Exit: 1$/m)
    assert.match(text, /^training$/m)
    assert.match(text, /RangeError: batch \| does not fit/)
  })

  it('tells the model what was wrong with a call, and goes on', async () => {
    for (const [name, input, said] of [
      ['runwright_explain_run', {}, /"run" is missing/],
      ['runwright_explain_run', { run: 'nobody' }, /There is no run "nobody"/],
      ['runwright_find_runs', { filter: 'metrics.loss >' }, /./],
      ['runwright_find_runs', { experiments: ['gone'] }, /There are: .*digits/],
      ['runwright_launch_run', { command: ['true'] }, /may not start runs\.\n.*--allow-launch/],
    ] as const) {
      const answer = await agent.callTool(name, input)
      assert.equal(answer.isError, true, name)
      assert.match(answer.text, said)
    }
    const { error } = await agent.request('tools/call', { name: 'other' })
    assert.ok(isRecord(error) && error['code'] === -32602)
  })

  it('launches runs where that is allowed, which go on without it', async () => {
    const launcher = openMcpClient(workspace.folder, '--allow-launch')
    await using _ = launcher
    const command = [process.execPath, 'train.mjs', '{best}']
    const input = { command, params: ['best=0.7'], experiment: 'digits', name: 'launched' }
    const { text } = await launcher.callTool('runwright_launch_run', input)
    const [, runId = ''] = /^Started run launched \(([0-9a-f]{32})\)\.$/.exec(text) ?? assert.fail(text)
    const again = await launcher.callTool('runwright_launch_run', { rerunOf: runId, params: ['best=0.8'] })
    assert.match(again.text, /^Started run .*\n- best: 0\.7 → 0\.8 \(launch\)$/)
    const failed = await launcher.callTool('runwright_launch_run', { rerunOf: 'launched', params: ['loss'] })
    assert.deepEqual([failed.isError, /KEY=VALUE/.test(failed.text)], [true, true])
    assert.equal(await launcher.end(), 0)
    for (const run of [runId, /\(([0-9a-f]{32})\)/.exec(again.text)?.[1] ?? '']) {
      const stopped = await workspace.run('runs', 'stop', run, '--wait')
      assert.match(stopped.stdout, /ended/)
    }
  })
})
