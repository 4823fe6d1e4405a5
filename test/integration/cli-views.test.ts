import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { createView } from '../../src/views/new-view.ts'
import { toViewPath, writeView } from '../../src/views/view-file.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { parseObject } from './cli-workspace.ts'
import { runCli } from './run-cli.ts'

describe('runwright views export', { timeout: 300_000 }, () => {
  let workspace: TestWorkspace
  const run = (...args: string[]) => runCli(workspace.folder, 'views', 'export', ...args)
  const columns = (
    [
      { kind: 'metric', key: 'loss', aggregate: 'last' },
      { kind: 'param', key: 'batch size' },
      { kind: 'attribute', key: 'start_time' },
    ] as const
  ).map((column) => ({ column, width: 100, pinned: false }))

  before(async () => {
    await bundle({ production: false })
    workspace = await openTestWorkspace()
    await workspace.logRun('digits', { name: 'a', params: { 'batch size': 'ä 🚀,"b"' }, metrics: { loss: [0.5, 0.1] } })
    await workspace.logRun('digits', { name: 'b', metrics: { loss: [2] } })
    const last = await workspace.logRun('digits', { name: 'c', params: { 'batch size': '' } })
    const order = [{ column: { kind: 'attribute', key: 'run_name' }, descending: false }] as const
    const view = { ...createView('best', ['digits'], 'runs'), columns, order }
    await writeView(toViewPath(workspace.folder, 'best'), view)
    const pinning = { ...view, title: 'pinning', filter: 'loss < 1', pinned: [last] }
    await writeView(toViewPath(workspace.folder, 'pinning'), pinning)
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('prints the table of a view, and of an experiment that is filtered', async () => {
    const { stdout, exitCode } = await run('best')
    assert.equal(exitCode, 0)
    const [head, a, b, c] = stdout.split('\n')
    assert.equal(head, 'run_id,run_name,status,metrics.loss,params.batch size,start_time')
    assert.match(a ?? '', /^[0-9a-f]{32},a,FINISHED,0\.1,"ä 🚀,""b""",\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    assert.match(b ?? '', /,b,FINISHED,2,,/)
    assert.match(c ?? '', /,c,FINISHED,,,/)
    const filtered = await run('--experiment', 'digits', '--filter', 'loss < 1', '--format', 'md')
    assert.match(filtered.stdout, /^# digits\n\n\| run_id \|[^\n]*metrics\.loss/)
    assert.equal(filtered.stdout.match(/FINISHED/g)?.length, 1)
  })

  it('puts pinned runs first, whether the filter takes them or not', async () => {
    const { stdout } = await run('pinning')
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(',')[1]),
      ['run_name', 'c', 'a'],
    )
  })

  it('writes a Parquet file that pyarrow reads', async () => {
    const { stdout, stderr, exitCode } = await run('best', '--output', join(workspace.folder, 'runs.parquet'), '--json')
    assert.equal(exitCode, 0, stderr)
    const { format, rowCount, columnCount, sizeBytes } = parseObject(stdout)
    assert.deepEqual([format, rowCount, columnCount], ['parquet', 3, 6])
    assert.equal((await readFile(join(workspace.folder, 'runs.parquet'))).length, sizeBytes)
    const { types, rows } = await runPython({
      python: findTestPython(process.env),
      script: 'read_parquet.py',
      folder: workspace.folder,
      server: { uri: '' },
    })
    assert.deepEqual(types, {
      run_id: 'string',
      run_name: 'string',
      status: 'string',
      'metrics.loss': 'double',
      'params.batch size': 'string',
      start_time: 'timestamp[ms, tz=UTC]',
    })
    assert.ok(Array.isArray(rows))
    const cells = rows.map((row: Record<string, unknown>) => [
      row['run_name'],
      row['metrics.loss'],
      row['params.batch size'],
    ])
    assert.deepEqual(cells, [
      ['a', 0.1, 'ä 🚀,"b"'],
      ['b', 2, null],
      ['c', null, ''],
    ])
  })

  it('says what is wrong, with the exit code for it, and writes nothing', async () => {
    const output = join(workspace.folder, 'kept.csv')
    await writeFile(output, 'kept')
    await writeFile(join(workspace.folder, 'broken.json'), '{"version": 1}')
    for (const [args, exitCode, message] of [
      [['nowhere'], 3, /no view "nowhere"[^]*There are: best/],
      [[], 2, /Name either a VIEW or an --experiment/],
      [['best', '--output', 'runs.xls'], 2, /runs\.xls is not told by its ending/],
      [['best', '--format', 'parquet'], 2, /Parquet needs --output/],
      [['best', '--json'], 2, /--json needs --output/],
      [[join(workspace.folder, 'broken.json')], 2, /broken\.json holds no view: .*title/],
      [['--experiment', 'gone', '--output', output], 3, /no experiment "gone"/],
      [['best', '--filter', 'loss above', '--output', output], 2, /at character 6/],
    ] as const) {
      const ended = await run(...args)
      assert.equal(ended.exitCode, exitCode, `${args.join(' ')}: ${ended.stderr}`)
      assert.match(ended.stderr, message)
    }
    assert.equal(await readFile(output, 'utf8'), 'kept')
    assert.deepEqual(
      (await readdir(workspace.folder)).filter((name) => name.endsWith('.new')),
      [],
    )
  })
})
