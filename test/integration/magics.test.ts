import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { parseKernelId } from '../../src/protocol/kernels.ts'
import { type Notebook, parseNotebook, sourceOf } from '../../src/protocol/notebook-file.ts'
import { finish, newExecutionId } from '../contract/kernel.ts'
import { smallNet } from '../small-net.ts'
import { until } from '../until.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'
import { notebookIn, readNotebookCells } from './notebook-file.ts'

/** What a cell has come to. */
interface Ran {
  readonly status: unknown
  /** What it has printed. */
  readonly text: string
  readonly error: string
  /** Its value, as text. */
  readonly result: string
  /** What it shows of Runwright's, by the word behind `vnd.runwright.`; the last of each. */
  readonly shown: ReadonlyMap<string, Record<string, unknown>>
  /** As a reader without a renderer sees it. */
  readonly html: string
}

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  await symlink(join(import.meta.dirname, '../python/.venv'), join(workspace.folder, '.venv'))
})
after(() => workspace[Symbol.asyncDispose]())

/** Runs cells in a kernel of their own. */
function runCells(file: string, ...sources: readonly string[]): Promise<Ran[]> {
  return runCellsIn('python', file, ...sources)
}

async function runCellsIn(language: string, file: string, ...sources: readonly string[]): Promise<Ran[]> {
  await workspace.write(file, notebookIn(language, '', ...sources))
  const { stdout, stderr } = await workspace.run('notebook', 'run', file, '--in-place', '--allow-errors', '--json')
  assert.notEqual(stdout, '', stderr)
  const { cells: told } = JSON.parse(stdout)
  const cells = await readNotebookCells(join(workspace.folder, file))
  return cells.slice(1).map((cell, index) => {
    assert(isRecord(cell) && Array.isArray(cell['outputs']))
    return readCell(cell['outputs'], told[index].status)
  })
}

function readCell(outputs: readonly unknown[], status: unknown): Ran {
  const shown = new Map<string, Record<string, unknown>>()
  const texts: string[] = []
  const errors: string[] = []
  const html: string[] = []
  let result = ''
  for (const output of outputs) {
    assert(isRecord(output))
    if (output['output_type'] === 'stream') texts.push(joined(output['text']))
    if (output['output_type'] === 'error') errors.push(joined(output['traceback']))
    const data = isRecord(output['data']) ? output['data'] : {}
    if (output['output_type'] === 'execute_result') result = joined(data['text/plain'])
    html.push(joined(data['text/html']))
    for (const [mime, value] of Object.entries(data)) {
      const thing = /^application\/vnd\.runwright\.(.*)\+json$/.exec(mime)?.[1]
      if (thing !== undefined && isRecord(value)) shown.set(thing, value)
    }
  }
  return { status, text: texts.join(''), error: errors.join('\n'), result, shown, html: html.join('') }
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : String(value ?? '')
}

/** A run as `runs show` prints it. */
async function showRun(name: string): Promise<Record<string, unknown>> {
  const { run } = await workspace.json('runs', 'show', name)
  assert(isRecord(run))
  return run
}

async function readArtifact(name: string, path: string): Promise<string> {
  await using client = await workspace.connect()
  const runId = parseRunId(String((await showRun(name))['runId'])) ?? assert.fail()
  const { bytes } = await client.call('artifacts/read', { runId, path })
  return Buffer.from(bytes).toString('latin1')
}

/** It comes when the cell has ended, a moment after its run. */
async function readKeptNotebook(name: string): Promise<Notebook> {
  await until(async () => (await workspace.run('runs', 'notebook', name)).exitCode === 0, 30_000)
  return parseNotebook((await workspace.run('runs', 'notebook', name)).stdout, name)
}

function valuesOf(list: unknown): unknown {
  assert(Array.isArray(list))
  return Object.fromEntries(list.map(({ key, value }) => [key, value]))
}

describe('magics in a Python kernel', { timeout: 300_000 }, () => {
  it('make a cell a run with its params, metrics, output and figures, and list and compare runs', async () => {
    const [first, second, failed, listed, compared, kept] = await runCells(
      'track.ipynb',
      '%%track first --params --metric accuracy\nlr = 0.1\naccuracy = lr * 5\nprint("trained")\naccuracy',
      `%%track second --params --metric accuracy
import matplotlib.pyplot as plt
lr = 0.2
accuracy = 0.75
plt.plot([1, 2]);`,
      '%%track third\nprint("before")\n1 / 0',
      '%runs',
      '%compare first second',
      'kept = %runs --filter "metrics.accuracy > 0.6"\nprint([run["name"] for run in kept.data["experiments"][0]["runs"]])',
    )
    assert.equal(first?.status, 'ok', first?.error)
    assert.equal(first.text, 'trained\n')
    assert.match(first.html, /<td[^>]*>FINISHED<\/td>/)
    const { status, params, metrics } = first.shown.get('run') ?? assert.fail()
    assert.deepEqual([status, params, metrics], ['FINISHED', { lr: '0.1' }, { accuracy: 0.5 }])
    const run = await showRun('first')
    assert.deepEqual(
      [run['status'], valuesOf(run['params']), valuesOf(run['metrics'])],
      ['FINISHED', { lr: '0.1' }, { accuracy: 0.5 }],
    )
    assert.equal(await readArtifact('first', 'logs/output.log'), 'trained\n')
    assert.match(await readArtifact('first', 'code/cell.py'), /^%%track first .*\nlr = 0\.1\n/)

    assert.equal(second?.status, 'ok', second?.error)
    assert.match(await readArtifact('second', 'figures/figure-1.png'), /^\x89PNG/)

    assert.equal(failed?.status, 'error')
    assert.match(failed.error, /line 3/)
    assert.deepEqual([failed.shown.get('run')?.['status'], (await showRun('third'))['status']], ['FAILED', 'FAILED'])
    assert.match(await readArtifact('third', 'logs/output.log'), /^before\nTraceback[^]*ZeroDivisionError/)

    assert.deepEqual(listed?.shown.get('runs'), await workspace.json('runs', 'list'))
    assert.match(listed.html, /★[^]*second/)
    assert.deepEqual(compared?.shown.get('comparison'), await workspace.json('compare', 'first', 'second'))
    assert.match(compared.html, /<td[^>]*>lr<\/td><td[^>]*>0\.1<\/td><td[^>]*>0\.2<\/td>/)
    assert.equal(kept?.text, "['second']\n", kept?.error)
  })

  it('keep with the run what was run until its end, with outputs and packages, as a notebook', async () => {
    const [, tracked] = await runCells(
      'kept.ipynb',
      'print("first")\nbase = 1',
      '%%track kept\nprint("tracked")\nbase + 1',
      'print("after")',
    )
    assert.equal(tracked?.status, 'ok', tracked?.error)
    const notebook = await readKeptNotebook('kept')
    assert.deepEqual(notebook.cells.map(sourceOf), [
      'print("first")\nbase = 1',
      '%%track kept\nprint("tracked")\nbase + 1',
    ])
    const shown = JSON.stringify(notebook.cells[1]?.outputs)
    assert.match(shown, /tracked\\n.*FINISHED|FINISHED.*tracked\\n/)
    assert.match(shown, /execute_result.*"2"/)
    assert.match(await readArtifact('kept', 'environment/packages.txt'), /^ipykernel==\d/m)
    const tags = valuesOf((await showRun('kept'))['tags'])
    assert.ok(isRecord(tags) && tags['runwright.notebook'] === 'kept.ipynb', JSON.stringify(tags))
    const { file, path } = await workspace.json('runs', 'notebook', 'kept', '--out', 'then.ipynb')
    assert.deepEqual([file, path], ['then.ipynb', 'kept.ipynb'])
    const check = 'import nbformat; nbformat.validate(nbformat.read("then.ipynb", 4))'
    await promisify(execFile)(join(workspace.folder, '.venv/bin/python'), ['-c', check], { cwd: workspace.folder })
  })

  it('let MLflow’s client and data() log to the run of their cell, and to none afterwards', async () => {
    assert.equal((await workspace.run('init')).exitCode, 0)
    await workspace.write('train.csv', 'a,b\n1,2\n')
    assert.equal((await workspace.run('data', 'add', 'train.csv')).exitCode, 0)
    const [logged, after, again] = await runCells(
      'client.ipynb',
      `%%track logged --experiment clients
import mlflow
mlflow.log_metric("loss", 0.25)
path = %data train.csv
print(open(path).read())`,
      'import os\nprint(mlflow.active_run(), *(os.environ.get(f"MLFLOW_{each}_ID") for each in ("RUN", "EXPERIMENT")))',
      `%%track again --experiment clients --autolog
from sklearn.linear_model import LogisticRegression
path = %data train.csv
model = LogisticRegression(C=0.5).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])`,
    )
    assert.equal(logged?.status, 'ok', logged?.error)
    assert.equal(after?.text, 'None None None\n')
    assert.equal(again?.status, 'ok', again?.error)
    const run = await showRun('logged')
    assert.deepEqual([run['status'], valuesOf(run['metrics'])], ['FINISHED', { loss: 0.25 }])
    const trained = await showRun('again')
    const params = valuesOf(trained['params'])
    assert.ok(isRecord(params) && params['C'] === '0.5', JSON.stringify(params))
    for (const { datasets } of [run, trained]) {
      assert.ok(Array.isArray(datasets))
      assert.ok(
        datasets.some(({ dataset }) => dataset?.name === 'train.csv'),
        JSON.stringify(datasets),
      )
    }
    const { experiments } = await workspace.json('runs', 'list', '--experiment', 'clients')
    assert(Array.isArray(experiments))
    assert.equal(experiments[0].total, 2)
  })

  it('send a cell as a job, and show what it prints and how it ends', async () => {
    const [good, bad] = await runCells(
      'job.ipynb',
      '%%train --name good --param lr=0.5\nimport os\nlr = "{lr}"\nprint("in a job", os.environ["RUNWRIGHT_PARAMS"], lr)',
      '%%train --name bad\ndef fail():\n    raise ValueError("oh")\nfail()',
    )
    assert.equal(good?.status, 'ok', good?.error)
    assert.match(good.text, /^in a job \{"lr":"0\.5"\} \{lr\}$/m)
    const { job } = good.shown.get('job') ?? assert.fail()
    assert(isRecord(job))
    assert.deepEqual([job['name'], job['status']], ['good', 'finished'])
    assert.equal((await showRun('good'))['status'], 'FINISHED')
    assert.equal(bad?.status, 'error')
    assert.match(bad.text, /File "cell\.py", line 2, in fail\n +raise ValueError\("oh"\)/)
    assert.match(bad.error, /^The job bad is failed/)
    assert.match(bad.html, /<td[^>]*>failed<\/td>/)
  })

  it('show models and data as the command line tells of them', async () => {
    await writeModelFile(smallNet(), join(workspace.folder, 'net.onnx'))
    const [model, data, models, wrong] = await runCells(
      'models.ipynb',
      '%model net.onnx',
      '%data status',
      '%model',
      '%model show missing.onnx',
    )
    assert.deepEqual(model?.shown.get('model'), await workspace.json('model', 'show', 'net.onnx'))
    assert.match(model.html, /MatMul/)
    assert.deepEqual(data?.shown.get('data'), await workspace.json('data', 'status'))
    assert.deepEqual(models?.shown.get('model'), await workspace.json('models', 'list'))
    assert.equal(wrong?.status, 'error')
    assert.match(wrong.error, /missing\.onnx/)
    assert.doesNotMatch(wrong.error, /Traceback/)
  })

  it('leave a cell as it is where no engine answers, and say so in a line', async () => {
    const [cell] = await runCells(
      'down.ipynb',
      'import os\nos.environ["MLFLOW_TRACKING_URI"] = "http://127.0.0.1:9"',
      '%%track lost\nprint("ran")\n6 * 7',
    ).then((all) => all.slice(1))
    assert.equal(cell?.status, 'ok')
    assert.match(cell.text, /^Runwright: this cell runs, and is no run: [^\n]+\nran\n$/)
  })

  it('are those of the package that the environment has', async () => {
    await mkdir(join(workspace.folder, 'own/runwright'), { recursive: true })
    const own = 'def load_ipython_extension(shell): shell.user_ns["own"] = "mine"\n'
    await workspace.write('own/runwright/__init__.py', own)
    const [cell] = await runCells('own/own.ipynb', 'print(own)')
    assert.equal(cell?.text, 'mine\n', cell?.error)
  })
})

describe('magics in the kernel for JavaScript', { timeout: 300_000 }, () => {
  it('make a cell a run, and list and compare runs', async () => {
    const [first, second, failed, listed, compared, kept, model, wrong] = await runCellsIn(
      'javascript',
      'track-js.ipynb',
      `%%track js-first --experiment js --params --metric accuracy
const lr = 0.1
const accuracy: number = lr * 5
console.log('trained')
display(display.svg('<svg xmlns="http://www.w3.org/2000/svg"/>'))
accuracy`,
      '%%track js-second -e js --param lr=0.2',
      `%%track js-third -e js\nconsole.log('before')\nthrow new Error('oh')`,
      '%runs --experiment js',
      '%compare js-first js-second',
      'const kept = %runs --experiment js\nkept.data.experiments[0].runs.length',
      '%model',
      '%model show missing.onnx',
    )
    assert.equal(first?.status, 'ok', first?.error)
    assert.equal(first.text, 'trained\n')
    const { status, params, metrics } = first.shown.get('run') ?? assert.fail()
    assert.deepEqual([status, params, metrics], ['FINISHED', { lr: '0.1' }, { accuracy: 0.5 }])
    const run = await showRun('js-first')
    assert.deepEqual(
      [run['status'], valuesOf(run['params']), valuesOf(run['metrics'])],
      ['FINISHED', { lr: '0.1' }, { accuracy: 0.5 }],
    )
    assert.equal(await readArtifact('js-first', 'logs/output.log'), 'trained\n')
    assert.match(await readArtifact('js-first', 'code/cell.js'), /^%%track js-first .*\nconst lr/)
    assert.match(await readArtifact('js-first', 'figures/figure-1.svg'), /^<svg/)
    const { cells } = await readKeptNotebook('js-second')
    assert.deepEqual(
      cells.map(sourceOf).map((source) => source.split(' ', 2)[1]),
      ['js-first', 'js-second'],
    )
    assert.match(JSON.stringify(cells[0]?.outputs), /FINISHED.*trained/)

    assert.equal(second?.status, 'ok', second?.error)
    assert.equal(failed?.status, 'error')
    assert.match(failed.error, /cell\[3\]:3/)
    assert.deepEqual([failed.shown.get('run')?.['status'], (await showRun('js-third'))['status']], ['FAILED', 'FAILED'])
    assert.match(await readArtifact('js-third', 'logs/output.log'), /^before\n[^]*Error: oh/)

    assert.deepEqual(listed?.shown.get('runs'), await workspace.json('runs', 'list', '--experiment', 'js'))
    assert.match(listed.html, /★[^]*js-first/)
    assert.deepEqual(compared?.shown.get('comparison'), await workspace.json('compare', 'js-first', 'js-second'))
    assert.match(compared.html, /<td[^>]*>lr<\/td><td[^>]*>0\.1<\/td><td[^>]*>0\.2<\/td>/)
    assert.equal(kept?.result, '3', kept?.error)
    assert.deepEqual(model?.shown.get('model'), await workspace.json('models', 'list'))
    assert.match(wrong?.error ?? '', /missing\.onnx/)
  })

  it('leave a cell as it is where no engine answers, and say so in a line', async () => {
    const [, cell] = await runCellsIn(
      'javascript',
      'down-js.ipynb',
      'process.env.MLFLOW_TRACKING_URI = "http://127.0.0.1:9"',
      '%%track lost\nconsole.log("ran")\n6 * 7',
    )
    assert.deepEqual([cell?.status, cell?.result], ['ok', '42'])
    assert.match(cell?.text ?? '', /^Runwright: this cell runs, and is no run: [^\n]+\nran\n$/)
  })
})

/** As on a machine that has much else to do: whoever tells the engine of the end takes longer than an interrupt waits. */
const slowFetch = `const { fetch: send } = globalThis
globalThis.fetch = (...asked) => {
  for (const from = performance.now(); performance.now() - from < 500; );
  return send(...asked)
}`

describe('a tracked cell that is interrupted', { timeout: 300_000 }, () => {
  for (const [environment, name, code] of [
    ['.venv', 'stopped', 'import time\nprint("begun", flush=True)\ntime.sleep(100)'],
    ['built-in:javascript', 'stopped-js', 'console.log("begun")\nwhile (true) {}'],
    ['built-in:javascript', 'slow-js', `${slowFetch}\nconsole.log("begun")\nwhile (true) {}`],
    ['built-in:javascript', 'waiting-js', 'console.log("begun")\nawait new Promise(() => setTimeout(() => {}, 1e6))'],
  ] as const) {
    it(`is a run that was killed: ${name}`, async () => {
      const { kernel } = await workspace.json('kernels', 'start', environment, '--name', name)
      assert(isRecord(kernel))
      const kernelId = parseKernelId(String(kernel['kernelId'])) ?? assert.fail()
      await using client = await workspace.connect()
      const asked = { kernelId, executionId: newExecutionId(), code: `%%track ${name}\n${code}` }
      const { execution } = await client.call('kernels/execute', asked)
      await until(async () => {
        const { records } = await client.call('kernels/read', { kernelId, after: 0 })
        return records.some(
          ({ kind, ...record }) => kind === 'output' && /"stream".*begun/.test(JSON.stringify(record)),
        )
      }, 60_000)
      await workspace.run('kernels', 'interrupt', name)
      assert.equal((await finish(client, kernelId, execution)).status, 'error')
      await until(async () => (await showRun(name))['status'] === 'KILLED', 30_000)
      assert.equal(await readArtifact(name, 'logs/output.log').then((log) => log.split('\n')[0]), 'begun')
      await workspace.run('kernels', 'stop', name)
    })
  }
})
