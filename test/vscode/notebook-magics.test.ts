import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { smallNet, smallNetSamples } from '../small-net.ts'
import { keepPicture } from '../webviews/keep-picture.ts'
import { createNotebookEditor, type NotebookEditor } from './notebook-editor.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Reads digits by the nearest of those that are known, with as many neighbours as asked. */
function readDigits(name: string, neighbours: number): string {
  return `%%track ${name} --experiment digits --params --metric accuracy
import csv
import numpy as np
neighbours = ${neighbours}
rows = np.array([[float(each) for each in row] for row in list(csv.reader(open('data/digits.csv')))[1:]])
images, labels = rows[:, :64], rows[:, 64].astype(int)
known, asked = np.arange(len(rows)) % 5 > 0, np.arange(len(rows)) % 5 == 0
distances = ((images[asked][:, None] - images[known][None]) ** 2).sum(2)
nearest = labels[known][distances.argsort(1)[:, :neighbours]]
accuracy = float(np.mean([np.bincount(each).argmax() for each in nearest] == labels[asked]))
print(f'{neighbours} neighbours: {accuracy:.3f}')`
}

/** The same of a part of them, without a library. */
function readDigitsInJavaScript(name: string, count: number): string {
  return `%%track ${name} --experiment digits-js --params --metric accuracy
const known = ${count}
const { readFileSync } = await import('node:fs')
const rows = readFileSync('data/digits.csv', 'utf8').trim().split('\\n').slice(1).map((row) => row.split(',').map(Number))
const distance = (a: number[], b: number[]) => a.slice(0, 64).reduce((sum, each, at) => sum + (each - b[at]) ** 2, 0)
const nearest = (row: number[]) => rows.slice(0, known).toSorted((a, b) => distance(row, a) - distance(row, b))[0]
const asked = rows.slice(-50)
const accuracy = asked.filter((row) => nearest(row)[64] === row[64]).length / asked.length
console.log(\`\${known} known: \${accuracy}\`)`
}

const compress =
  '%compress net.onnx --data data.npz --goal size<=700KB --target this-machine,threads=1 --pass dynamic-int8 --out'

const finishedRuns = {
  experiments: [
    {
      experimentId: '1',
      experiment: 'live',
      headline: null,
      bestRunId: null,
      total: 1,
      columns: [{ kind: 'metric', key: 'accuracy' }],
      runs: [
        { runId: 'f'.repeat(32), name: 'then', status: 'FINISHED', startTime: 1000, endTime: 2000, values: [0.125] },
      ],
    },
  ],
}

/** A notebook that was saved with what `%runs` has shown. */
function notebookShowing(data: object): string {
  const shown = {
    'application/vnd.runwright.runs+json': data,
    'text/html': ['<p>as HTML</p>'],
    'text/plain': ['as text'],
  }
  const output = { output_type: 'execute_result', execution_count: 1, metadata: {}, data: shown }
  const cell = { cell_type: 'code', id: 'runs', metadata: {}, source: ['%runs'], execution_count: 1, outputs: [output] }
  return JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 })
}

describe('magics in VS Code', { timeout: 420_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let notebook: NotebookEditor

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { folder, client } = workspace
    resources.defer(async () => {
      const { kernels } = await client.call('kernels/list', {})
      for (const { kernelId } of kernels) await client.call('kernels/shutdown', { kernelId })
    })
    await run('git', ['init', '--quiet', folder])
    await symlink(join(root, 'test/python/.venv'), join(folder, '.venv'))
    await mkdir(join(folder, 'data'))
    await cp(join(root, 'sample-workspace/data/digits.csv'), join(folder, 'data/digits.csv'))
    await run(process.execPath, [join(root, 'dist/cli.js'), 'init'], { cwd: folder })
    await writeModelFile(smallNet(), join(folder, 'net.onnx'))
    await writeArrayFile(join(folder, 'data.npz'), smallNetSamples(300))
    vscode = resources.use(await openWorkbench({ workspace: folder, size: { width: 1280, height: 1800 } }))
    notebook = createNotebookEditor(vscode, folder)
  })
  after(() => resources.disposeAsync())

  /** The table below a cell that has a text. */
  const table = (...texts: readonly (string | RegExp)[]): Locator =>
    texts.reduce<Locator>((found, hasText) => found.filter({ hasText }), notebook.outputs().getByRole('table'))

  const byRole = (role: 'cell' | 'rowheader', name: string) => notebook.outputs().getByRole(role, { name, exact: true })

  const seeRow = (inTable: Locator, ...values: readonly string[]) =>
    values
      .reduce((row, name) => {
        const [cell, head] = [byRole('cell', name), byRole('rowheader', name)]
        return row.filter({ has: cell.or(head) })
      }, inTable.getByRole('row'))
      .first()
      .waitFor()

  /** A page takes keys before it hands on those that are VS Code's. */
  const leavePage = () =>
    vscode.page.locator('.part.sidebar').getByRole('heading', { name: 'Explorer' }).first().click()

  for (const { language, environment, cells, experiment, param, printed } of [
    {
      language: 'Python',
      environment: '.venv (Python',
      cells: [readDigits('first', 1), readDigits('second', 300)],
      experiment: 'digits',
      param: { key: 'neighbours', values: ['1', '300'] },
      printed: /^1 neighbours: 0\.9\d\d\n300 neighbours: 0\.\d{3}\n/,
    },
    {
      language: 'JavaScript',
      environment: 'JavaScript (Node',
      cells: [readDigitsInJavaScript('first-js', 200), readDigitsInJavaScript('second-js', 10)],
      experiment: 'digits-js',
      param: { key: 'known', values: ['200', '10'] },
      printed: /^200 known: 0\.\d+\n10 known: 0\.\d+\n/,
    },
  ] as const) {
    const [first, second] = language === 'Python' ? ['first', 'second'] : ['first-js', 'second-js']

    it(`draw tracked cells, the list of runs and what is different in them below their cells: ${language}`, async () => {
      const sources = [...cells, `%runs --experiment ${experiment}`, `%compare ${first} ${second}`]
      await notebook.open(`track-${language}.ipynb`, sources, environment)
      const shown = await notebook.runAll(`track-${language}.ipynb`)
      assert.match(shown.flatMap((each) => (each.output_type === 'stream' ? each.text : [])).join(''), printed)

      // It was RUNNING when it was drawn first.
      await seeRow(table('EXPERIMENT', first), first, experiment, 'FINISHED', param.values[0])
      await seeRow(table('EXPERIMENT', second), second, experiment, 'FINISHED', param.values[1])
      const list = table('STARTED', first, second)
      await seeRow(list.first(), '★', first)
      await seeRow(table(param.key).last(), param.key, ...param.values)
      const { experiments } = await workspace.client.call('experiments/list', {})
      const { experimentId } = experiments.find(({ name }) => name === experiment) ?? assert.fail()
      const { runs } = await workspace.client.call('runs/list', { experimentIds: [experimentId] })
      assert.deepEqual(runs.map(({ name, status }) => `${name} ${status}`).toSorted(), [
        `${first} FINISHED`,
        `${second} FINISHED`,
      ])
    })

    it(`draw models, data and a search for a smaller model: ${language}`, async () => {
      const name = `models-${language}.ipynb`
      const add = language === 'Python' ? ['%data add data'] : []
      const sources = [...add, '%data status', '%model net.onnx', '%model list', '%runwright help']
      await notebook.open(name, sources, environment)
      await notebook.runAll(name)
      await table('data').first().waitFor()
      await table('MatMul').first().waitFor()
      await table('%%track').first().waitFor()
    })

    it(`draw each candidate of a search for a smaller model, good or not: ${language}`, async () => {
      await notebook.open(`compress-${language}.ipynb`, [`${compress} small-${language}.onnx`], environment)
      await vscode.runCommand('Notebook: Run All')
      await table('dynamic-int8').first().waitFor({ timeout: 180_000 })
    })
  }

  it('follow the runs that are shown while they go on, and draw them as they were when they are opened again', async () => {
    const { client } = workspace
    const { experiment } = await client.call('experiments/ensure', { name: 'live' })
    const { experimentId } = experiment
    const start = async (name: string) => (await client.call('runs/start', { experimentId, name })).run.runId
    const [slow, quick] = [await start('slow'), await start('quick')]
    const log = (runId: RunId, value: number) =>
      client.call('runs/log-metrics', { runId, metrics: [{ key: 'accuracy', value, step: 0, timestamp: 1 }] })
    await log(slow, 0.5)
    await log(quick, 0.25)
    await notebook.open('live.ipynb', ['%runs --experiment live', '%compare slow quick'])
    await notebook.runAll('live.ipynb')
    const [list, differences] = [table('2 runs').last(), table('Metrics').last()]
    await seeRow(list, 'slow', 'running', '0.5', '★')
    await seeRow(differences, 'accuracy', '0.5', '0.25 (−0.25 worse)')

    await log(quick, 0.75)
    await seeRow(list, 'quick', 'running', '0.75', '★')
    await seeRow(differences, 'accuracy', '0.5', '0.75 (+0.25 better)')
    await client.call('runs/end', { runId: quick, status: 'FINISHED' })
    await seeRow(list, 'quick', 'finished')
    await start('late')
    await seeRow(table('3 runs').last(), 'late', 'running')
    await keepPicture(vscode.page, 'notebook-live-runs')

    await notebook.outputs().getByRole('button', { name: 'Open Comparison' }).press('Enter')
    await vscode.page.locator('.tab.active').getByText('slow ↔ quick').waitFor()
    await leavePage()

    // What a file shows is what it was saved with.
    await client.call('runs/end', { runId: slow, status: 'FINISHED' })
    const saved = { ...finishedRuns, query: { experiments: ['live'], view: 'ACTIVE_ONLY', limit: 20 } }
    await writeFile(join(workspace.folder, 'saved.ipynb'), notebookShowing(saved))
    await vscode.runCommand('View: Close All Editors')
    await notebook.show('saved.ipynb')
    await seeRow(table('1 run').last(), 'then', 'finished', '0.125')
    await notebook.outputs().getByRole('button', { name: 'Refresh' }).press('Enter')
    await seeRow(table('3 runs').last(), 'slow', 'finished')
    await leavePage()
  })

  it('draw a job that a cell was sent as, with what it prints', async () => {
    await notebook.open('train.ipynb', ['%%train --name sent --param lr=0.5\nprint("in a job")'])
    const shown = await notebook.runAll('train.ipynb')
    assert.match(shown.flatMap((each) => (each.output_type === 'stream' ? each.text : [])).join(''), /^in a job$/m)
    await seeRow(table('LAUNCHED'), 'sent', 'finished')
  })

  it('say below the cell what is wrong with what was asked', async () => {
    await notebook.open('wrong.ipynb', ['%model show missing.onnx'])
    await vscode.runCommand('Notebook: Run All')
    await notebook.inCells('error').waitFor({ timeout: 60_000 })
    await notebook.outputs().getByText('missing.onnx').first().waitFor()
    assert.equal(await notebook.outputs().getByText('Traceback').count(), 0)
  })

  it('open the notebook of a run as it was when its cell ended', async () => {
    await vscode.runCommand('View: Close All Editors')
    await vscode.showRunwright()
    const experiment = vscode.row('Experiment digits, 2 runs')
    await vscode.expand(experiment)
    await vscode.chooseFromMenu(vscode.row('Run second'), 'Open the Notebook as It Was')
    await vscode.page.locator('.tab.active').getByText('notebook.ipynb').waitFor()
    await notebook
      .outputs()
      .getByText(/300 neighbours: 0\.\d{3}/)
      .first()
      .waitFor()
    await notebook.cells().nth(1).waitFor()
    // What was run after it is not there.
    assert.equal(await notebook.cells().count(), 2)
  })
})
