import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

const python = findTestPython(process.env)

let folder: string
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'runwright-import-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const quiet = { MLFLOW_ALLOW_FILE_STORE: '1', MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' }

/** Fills a store of MLflow's with traces; resolves to what its own client finds there. */
async function makeTraces(uri: string): Promise<Described> {
  const server = { uri }
  const { traces } = await runPython({ python, script: 'make_traces.py', folder, server, env: quiet })
  const ids = Array.isArray(traces) ? traces.map(String) : assert.fail()
  return { ids, there: await describeTraces(server, ids) }
}

/** Traces by their ids, and what MLflow's client finds where they came from. */
interface Described {
  readonly ids: readonly string[]
  readonly there: readonly { readonly metadata: Record<string, string> }[]
}

async function describeTraces(
  server: { uri: string; token?: string | undefined },
  ids: readonly string[],
): Promise<Described['there']> {
  const env = { ...quiet, TRACES: JSON.stringify(ids) }
  const { traces } = await runPython({ python, script: 'describe_traces.py', folder, server, env })
  // SAFETY: the script prints a list of such.
  return traces as Described['there']
}

async function setTag(url: string, traceId: string, value: string): Promise<void> {
  const response = await fetch(`${url}/api/2.0/mlflow/traces/${traceId}/tags`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'stage', value }),
  })
  assert.equal(response.status, 200, await response.text())
}

/** Holds the same client to finding the same in a workspace. */
async function assertSame(workspace: CliWorkspace, { ids, there }: Described): Promise<void> {
  await using client = await workspace.connect()
  const { uri, token } = await client.tracking()
  assert.deepEqual(await describeTraces({ uri, token }, ids), there)
}

async function importTwice(source: string, ...more: string[]): Promise<CliWorkspace> {
  const workspace = await openCliWorkspace()
  const first = await workspace.json('import', 'mlflow', source, ...more)
  assert.deepEqual([first['traces'], first['artifacts'], first['problems']], [5, 1, []])
  const second = await workspace.json('import', 'mlflow', source, ...more)
  assert.deepEqual([second['traces'], second['artifacts'], second['problems']], [0, 0, []])
  assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
  return workspace
}

/** The folders of traces in a folder of MLflow's. */
async function findTraces(runs: string): Promise<string[]> {
  const files = await readdir(runs, { recursive: true })
  return files.filter((name) => /traces.tr-[^/\\]+$/.test(name)).map((name) => path.join(runs, name))
}

const oldOtelId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

/** Adds a trace as MLflow 2 has left it in a folder, which MLflow 3 still reads. */
async function addOldTrace(runs: string): Promise<string> {
  const traceId = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
  const [other = ''] = await findTraces(runs)
  const trace = path.join(path.dirname(other), traceId)
  const experimentId = path.basename(path.resolve(other, '../..'))
  const write = async (name: string, content: string) => {
    const file = path.join(trace, ...name.split('/'))
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  await write(
    'trace_info.yaml',
    `request_id: ${traceId}\nexperiment_id: '${experimentId}'\ntimestamp_ms: 1700000000000\nexecution_time_ms: 12\nstatus: ERROR\n`,
  )
  await write('tags/mlflow.traceName', 'old')
  await write('tags/mlflow.artifactLocation', `file://${trace}/artifacts`)
  await write('request_metadata/mlflow.trace_schema.version', '2')
  const context = { trace_id: `0x${oldOtelId}`, trace_state: '[]' }
  const common = { kind: 'SpanKind.INTERNAL', status_code: 'UNSET', status_message: '', events: [] }
  const spans = [
    {
      ...common,
      name: 'old',
      context: { ...context, span_id: '0x0a1b2c3d4e5f6071' },
      parent_id: null,
      start_time: JSON.rawJSON('1700000000000000001'),
      end_time: JSON.rawJSON('1700000000012345678'),
      status_code: 'ERROR',
      status_message: 'broke',
      attributes: {
        'mlflow.traceRequestId': `"${traceId}"`,
        'mlflow.spanType': '"CHAIN"',
        'mlflow.spanInputs': '{"x": 1.0, "y": [9007199254740993]}',
      },
      events: [{ name: 'exception', timestamp: 1_700_000_000_000_001, attributes: { 'exception.message': 'broke' } }],
    },
    {
      ...common,
      name: 'below',
      context: { ...context, span_id: '0x1' },
      parent_id: '0x0a1b2c3d4e5f6071',
      start_time: JSON.rawJSON('1700000000000000002'),
      end_time: JSON.rawJSON('1700000000000000003'),
      attributes: { 'mlflow.traceRequestId': `"${traceId}"`, 'mlflow.spanType': '"UNKNOWN"' },
    },
  ]
  await write('artifacts/traces.json', JSON.stringify({ spans, request: '{}', response: 'null' }))
  return traceId
}

describe('traces imported from MLflow', { timeout: 300_000 }, () => {
  it('are those of a folder, with spans, assessments and attachments', async () => {
    const made = await makeTraces(path.join(folder, 'mlruns'))
    await using workspace = await importTwice(path.join(folder, 'mlruns'))
    // A folder does not sum up what its spans have cost.
    const { metadata } = made.there[0] ?? assert.fail()
    assert.equal('mlflow.trace.cost' in metadata, false)
    metadata['mlflow.trace.cost'] = '{"input_cost": 1.0, "output_cost": 0.25, "total_cost": 1.25}'
    await assertSame(workspace, made)
  })

  it('are those of a folder that MLflow 2 has written, under their own ids', async () => {
    const runs = path.join(folder, 'mlruns')
    const traceId = await addOldTrace(runs)
    const ids = [traceId]
    const [old] = await describeTraces({ uri: runs }, ids)
    // Spans that come by REST are of the trace that OpenTelemetry's id stands for, to the client; and we look into inputs.
    const named = JSON.stringify(old).replaceAll(`\\"${traceId}\\"`, `\\"tr-${oldOtelId}\\"`)
    const there = [{ ...JSON.parse(named), request: '{"x": 1.0, "y": [9007199254740993]}' }]
    await using workspace = await openCliWorkspace()
    const { traces, problems } = await workspace.json('import', 'mlflow', runs)
    assert.deepEqual([traces, problems], [6, []])
    await assertSame(workspace, { ids, there })
  })

  it('come but for one whose spans cannot be read, which is named and comes later', async () => {
    const runs = path.join(folder, 'mlruns')
    const [trace = ''] = await findTraces(runs)
    const file = path.join(trace, 'artifacts', 'traces.json')
    const content = await readFile(file)
    await using workspace = await openCliWorkspace()
    const importRuns = async () => parseObject((await workspace.run('import', 'mlflow', runs, '--json')).stdout)
    await rm(file)
    const missing = await importRuns()
    assert.deepEqual(
      [missing['traces'], missing['problems']],
      [5, [`trace ${path.basename(trace)}: its spans are not where its artifacts are looked for`]],
    )
    await writeFile(file, content.subarray(0, 100))
    const torn = await importRuns()
    assert.deepEqual(
      [torn['traces'], torn['problems']],
      [0, [`trace ${path.basename(trace)}: its spans are no JSON as MLflow writes it`]],
    )
    await writeFile(file, content)
    const whole = await importRuns()
    assert.deepEqual([whole['traces'], whole['problems']], [1, []])
  })

  it('are those of a SQLite file', async () => {
    const file = path.join(folder, 'plain.db')
    const made = await makeTraces(`sqlite:///${file}`)
    await using workspace = await importTwice(file)
    await assertSame(workspace, made)
  })

  it('are those of a server, those that changed since, and those of a server of ours', async () => {
    const place = await mkdtemp(path.join(folder, 'server-'))
    await using server = await openMlflowServer({ python, folder: place })
    const made = await makeTraces(server.url)
    await using workspace = await importTwice(server.url)
    await assertSame(workspace, made)
    await using client = await workspace.connect()
    const { uri, token = '' } = await client.tracking()
    await using other = await openCliWorkspace()
    const { exitCode, stdout } = await other.start(['import', 'mlflow', uri, '--json'], {
      MLFLOW_TRACKING_TOKEN: token,
    }).finished
    assert.deepEqual([exitCode, parseObject(stdout)['traces']], [0, 5])
    await assertSame(other, made)

    const [first = ''] = made.ids
    await setTag(server.url, first, 'seen')
    assert.equal((await workspace.json('import', 'mlflow', server.url))['traces'], 1)
    await assertSame(workspace, { ids: made.ids, there: await describeTraces({ uri: server.url }, made.ids) })
  })
})
