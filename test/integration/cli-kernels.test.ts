import assert from 'node:assert/strict'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseRunId } from '../../src/protocol/ids.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { parseKernelId } from '../../src/protocol/kernels.ts'
import { finish, newExecutionId } from '../contract/kernel.ts'
import { until } from '../until.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'
import { notebookIn, readNotebookCells } from './notebook-file.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  await symlink(join(import.meta.dirname, '../python/.venv'), join(workspace.folder, '.venv'))
})
after(() => workspace[Symbol.asyncDispose]())

function notebook(...sources: readonly string[]): string {
  return notebookIn('python', ...sources)
}

function readCells(file: string): Promise<unknown[]> {
  return readNotebookCells(join(workspace.folder, file))
}

async function listKernels(): Promise<unknown[]> {
  const { kernels } = await workspace.json('kernels', 'list')
  assert(Array.isArray(kernels))
  return kernels
}

describe('runwright kernels', { timeout: 300_000 }, () => {
  it('lists environments, the workspace’s own first', async () => {
    const { environments } = await workspace.json('kernels', 'environments')
    assert(Array.isArray(environments) && isRecord(environments[0]))
    const { kind, hasKernel, isOfWorkspace } = environments[0]
    assert.deepEqual({ kind, hasKernel, isOfWorkspace }, { kind: 'venv', hasKernel: true, isOfWorkspace: true })
    assert.match((await workspace.run('kernels', 'environments')).stdout, /\.venv +venv +python 3\S+ +yes +venv:/)
  })

  it('starts, lists and stops a kernel', async () => {
    const { kernel } = await workspace.json('kernels', 'start', '.venv', '--name', 'mine')
    assert(isRecord(kernel))
    await until(async () => (await workspace.run('kernels', 'list')).stdout.includes('idle'), 30_000)
    assert.match((await workspace.run('kernels', 'list')).stdout, /mine +idle/)
    assert.equal((await workspace.run('kernels', 'stop', 'mine')).exitCode, 0)
    assert.deepEqual(await listKernels(), [])
    assert.equal((await workspace.run('kernels', 'stop', 'mine')).exitCode, 3)
  })

  it('interrupts what a kernel runs, and restarts it', async () => {
    const { kernel } = await workspace.json('kernels', 'start', '.venv', '--name', 'busy')
    assert(isRecord(kernel))
    const kernelId = parseKernelId(String(kernel['kernelId'])) ?? assert.fail('no id')
    await using client = await workspace.connect()
    const execute = async (code: string) => {
      const { execution } = await client.call('kernels/execute', { kernelId, executionId: newExecutionId(), code })
      return execution
    }
    const loop = await execute('kept = 1\nprint("begun", flush=True)\nwhile True: pass')
    await until(async () => {
      const { executions } = await client.call('kernels/executions', { kernelId })
      return executions[0]?.status === 'running'
    }, 30_000)
    // A signal that comes before the loop runs interrupts nothing.
    await until(async () => {
      const { records } = await client.call('kernels/read', { kernelId, after: 0 })
      return records.some((record) => record.kind === 'output')
    })
    assert.equal((await workspace.run('kernels', 'interrupt', 'busy')).exitCode, 0)
    assert.equal((await finish(client, kernelId, loop)).status, 'error')
    const restarted = await workspace.run('kernels', 'restart', 'busy')
    assert.match(restarted.stdout, /^Restarted busy/)
    assert.equal((await finish(client, kernelId, await execute('print(kept)'))).status, 'error')
    await workspace.run('kernels', 'stop', 'busy')
  })

  it('lists variables of a kernel and leaves it as it was, without running code of its user’s', async () => {
    const { kernel } = await workspace.json('kernels', 'start', '.venv', '--name', 'full')
    assert(isRecord(kernel))
    const kernelId = parseKernelId(String(kernel['kernelId'])) ?? assert.fail('no id')
    await using client = await workspace.connect()
    const run = async (code: string) => {
      const asked = { kernelId, executionId: newExecutionId(), code }
      return finish(client, kernelId, (await client.call('kernels/execute', asked)).execution)
    }
    await run(`import numpy as np, pandas as pd
class Touchy:
    def __getattribute__(self, name): raise SystemExit
    def __repr__(self): raise SystemExit
touchy = Touchy()
images = np.zeros((100, 8, 8), dtype='float32')
table = pd.DataFrame({'a': [1, 2, 3]})
words = ['x'] * 1000
rate = 0.5
_hidden = 1
def function(): pass`)
    const { variables } = await workspace.json('kernels', 'variables', 'full')
    assert(Array.isArray(variables) && variables.every(isRecord))
    const byName = new Map(variables.map((each) => [each['name'], each]))
    assert.deepEqual([...byName.keys()], ['images', 'rate', 'table', 'touchy', 'words'])
    const { preview, ...images } = byName.get('images') ?? assert.fail('no images')
    const shape = [100, 8, 8]
    assert.deepEqual(images, { name: 'images', type: 'ndarray', shape, elementType: 'float32', sizeBytes: 25_600 })
    assert.match(String(preview), /^array\(\[\[\[0\./)
    assert.deepEqual(byName.get('table')?.['shape'], [3, 1])
    assert.deepEqual([byName.get('rate')?.['preview'], byName.get('words')?.['shape']], ['0.5', [1000]])
    assert.equal(byName.get('touchy')?.['preview'], '')
    const { stdout } = await workspace.run('kernels', 'variables', 'full')
    assert.match(stdout, /images +ndarray \(100, 8, 8\) float32 +25 KiB/)
    // Nothing of it was counted, and no name is there that was not.
    const after = await run(`print(sorted(name for name in dir() if name in ('describe', 'shell', 'MIME', 'reprlib')))`)
    assert.deepEqual([after.stdout, after.executionCount], ['[]\n', 2])
    await workspace.run('kernels', 'stop', 'full')
  })

  it('says what there is where an environment is not', async () => {
    const { exitCode, stderr } = await workspace.run('kernels', 'start', 'nowhere')
    assert.equal(exitCode, 3)
    assert.match(stderr, /nowhere.*\n.*kernels environments/)
  })
})

describe('runwright notebook run', { timeout: 300_000 }, () => {
  it('runs from top to bottom, prints, and writes the notebook with its outputs beside it', async () => {
    const shown = 'from IPython.display import HTML, display\ndisplay(HTML("<b>x</b>"))\na = 20'
    await workspace.write('good.ipynb', notebook('# Title', shown, 'print(a)\na + 1', ''))
    const { exitCode, stdout, stderr } = await workspace.run('notebook', 'run', 'good.ipynb')
    assert.deepEqual([exitCode, stdout], [0, '<IPython.core.display.HTML object>\n20\n21\n'])
    assert.match(stderr, /cell 2: ok.*\ncell 3: ok/)
    const [title, first, second, empty] = await readCells('good.executed.ipynb')
    assert.deepEqual(title, { cell_type: 'markdown', id: 'cell-0', metadata: {}, source: '# Title' })
    assert(isRecord(first) && isRecord(second) && isRecord(empty))
    assert.deepEqual(first['outputs'], [
      {
        output_type: 'display_data',
        data: { 'text/plain': ['<IPython.core.display.HTML object>'], 'text/html': ['<b>x</b>'] },
        metadata: {},
      },
    ])
    assert.equal(second['execution_count'], 2)
    assert.deepEqual(second['outputs'], [
      { output_type: 'stream', name: 'stdout', text: ['20\n'] },
      { output_type: 'execute_result', data: { 'text/plain': ['21'] }, metadata: {}, execution_count: 2 },
    ])
    assert.deepEqual(empty['outputs'], [])
    assert.deepEqual(await listKernels(), [])
  })

  it('stops at a cell that fails, says so, and writes what there is', async () => {
    await workspace.write('bad.ipynb', notebook('', 'print(1)', '1 / 0', 'print(2)'))
    const { exitCode, stdout } = await workspace.run('notebook', 'run', 'bad.ipynb', '--json')
    assert.equal(exitCode, 1)
    const told: unknown = JSON.parse(stdout)
    assert(isRecord(told) && Array.isArray(told['cells']))
    assert.equal(told['ok'], false)
    assert.deepEqual(
      told['cells'].map((cell: Record<string, unknown>) => [cell['index'], cell['id'], cell['status']]),
      [
        [1, 'cell-1', 'ok'],
        [2, 'cell-2', 'error'],
      ],
    )
    const [, , failed, behind] = await readCells('bad.executed.ipynb')
    assert(isRecord(failed) && Array.isArray(failed['outputs']) && isRecord(behind))
    assert.equal(failed['outputs'][0]['ename'], 'ZeroDivisionError')
    assert.deepEqual(behind['outputs'], [])
  })

  it('says why the kernel of a cell was killed, and what to do, in the terminal and in the notebook', async () => {
    await workspace.write('large.ipynb', notebook('', 'import os; os.kill(os.getpid(), 9)', 'print(2)'))
    const { exitCode, stderr } = await workspace.run('notebook', 'run', 'large.ipynb')
    assert.equal(exitCode, 1)
    const told = /killed \(SIGKILL\).*too much memory.*Load less at once/
    assert.match(stderr, told)
    const [, killed, behind] = await readCells('large.executed.ipynb')
    assert(isRecord(killed) && Array.isArray(killed['outputs']) && isRecord(behind))
    assert.match(String(killed['outputs'][0]['evalue']), told)
    assert.deepEqual(behind['outputs'], [])
  })

  it('tells which cells show something else than before', async () => {
    const count =
      'import os\nos.makedirs("seen", exist_ok=True)\nopen(f"seen/{len(os.listdir(\'seen\'))}", "w").close()'
    const cells = [count, 'print("same")', 'print("seen", len(os.listdir("seen")))', 'object()']
    await workspace.write('again.ipynb', notebook('', ...cells))
    const run = (...args: string[]) =>
      workspace.run('notebook', 'run', 'again.ipynb', '--in-place', '--compare', ...args)
    const first = await run()
    assert.equal(first.exitCode, 0)
    assert.match(first.stdout, /0 of 4 cells show something else than before; 4 had not been run before\.\n$/)
    const second = await run()
    assert.equal(second.exitCode, 1)
    assert.match(
      second.stdout,
      /\ncell 4, line 1:\n- seen 1\n\+ seen 2\n1 of 4 cells show something else than before\.\n$/,
    )
    const told: unknown = JSON.parse((await run('--json')).stdout)
    assert(isRecord(told) && Array.isArray(told['cells']))
    assert.deepEqual(
      told['cells'].map((cell: Record<string, unknown>) => cell['change']),
      ['same', 'same', 'changed', 'same'],
    )
  })

  it('uses a kernel that runs, in place, and leaves it', async () => {
    await workspace.json('kernels', 'start', '.venv', '--name', 'kept')
    await workspace.write('keep.ipynb', notebook('', 'kept = 5'))
    await workspace.write('use.ipynb', notebook('', 'print(kept)'))
    await workspace.json('notebook', 'run', 'keep.ipynb', '--kernel', 'kept', '--in-place')
    const { stdout } = await workspace.run('notebook', 'run', 'use.ipynb', '--kernel', 'kept', '--in-place')
    assert.equal(stdout, '5\n')
    assert.equal((await listKernels()).length, 1)
    await workspace.run('kernels', 'stop', 'kept')
  })

  it('ends its kernel when it is interrupted', async () => {
    await workspace.write('long.ipynb', notebook('', 'import time\nprint("begun", flush=True)\ntime.sleep(100)'))
    const started = workspace.start(['notebook', 'run', 'long.ipynb'])
    await started.line('begun')
    started.process.kill('SIGINT')
    assert.equal((await started.finished).exitCode, 130)
    assert.deepEqual(await listKernels(), [])
  })

  it('is a run with --track: with what MLflow’s client logs in it, its code, its output, and itself as it was run', async () => {
    const cells = ['import mlflow\nmlflow.log_metric("accuracy", 0.5)', 'print("trained")\n6 * 7', '1 / 0']
    await workspace.write('tracked.ipynb', notebook('# Tracked', ...cells.slice(0, 2)))
    const track = (file: string, name: string) =>
      workspace.run('notebook', 'run', file, '--track', '--experiment', 'notebooks', '--name', name, '--json')
    const good = await track('tracked.ipynb', 'whole')
    assert.equal(good.exitCode, 0, good.stderr)
    assert.partialDeepStrictEqual(JSON.parse(good.stdout), { ok: true, run: { name: 'whole', status: 'FINISHED' } })
    const { run } = await workspace.json('runs', 'show', 'whole')
    assert(isRecord(run) && Array.isArray(run['tags']))
    assert.partialDeepStrictEqual(run, { status: 'FINISHED', metrics: [{ key: 'accuracy', value: 0.5 }] })
    const tags = Object.fromEntries(run['tags'].map(({ key, value }) => [key, value]))
    const commit = await workspace.git('rev-parse', 'HEAD')
    assert.deepEqual(
      ['mlflow.source.name', 'mlflow.source.type', 'mlflow.source.git.commit', 'runwright.notebook'].map(
        (key) => tags[key],
      ),
      ['tracked.ipynb', 'NOTEBOOK', commit, 'tracked.ipynb'],
    )
    const { stdout } = await workspace.run('runs', 'notebook', 'whole')
    assert.deepEqual(JSON.parse(stdout).cells, await readCells('tracked.executed.ipynb'))
    await using client = await workspace.connect()
    const runId = parseRunId(String(run['runId'])) ?? assert.fail()
    const { bytes } = await client.call('artifacts/read', { runId, path: 'logs/output.log' })
    assert.match(Buffer.from(bytes).toString(), /trained\n42\n$/)

    await workspace.write('failing.ipynb', notebook('# Failing', ...cells))
    assert.equal((await track('failing.ipynb', 'broken')).exitCode, 1)
    const { run: failed } = await workspace.json('runs', 'show', 'broken')
    assert.partialDeepStrictEqual(failed, { status: 'FAILED', metrics: [{ key: 'accuracy', value: 0.5 }] })
  })

  it('with --track leaves a kernel that goes on as it was', async () => {
    await workspace.json('kernels', 'start', 'JavaScript', '--name', 'going-on')
    const shown = 'process.env.MLFLOW_RUN_ID === undefined'
    await workspace.write('env.ipynb', notebookIn('typescript', '', shown))
    const run = async (...more: string[]) =>
      (await workspace.run('notebook', 'run', 'env.ipynb', '--kernel', 'going-on', ...more)).stdout
    assert.deepEqual([await run('--track', '--name', 'in-js'), await run()], ['false\n', 'true\n'])
    await workspace.json('kernels', 'stop', 'going-on')
    assert.equal((await workspace.run('notebook', 'run', 'env.ipynb', '--name', 'untracked')).exitCode, 2)
  })

  it('refuses what is no notebook, and what is not there', async () => {
    await workspace.write('none.ipynb', '[]')
    assert.equal((await workspace.run('notebook', 'run', 'none.ipynb')).exitCode, 2)
    assert.equal((await workspace.run('notebook', 'run', 'missing.ipynb')).exitCode, 3)
  })
})

describe('runwright notebook run, in JavaScript', { timeout: 300_000 }, () => {
  it('runs in the kernel that comes with it, in the notebook’s folder', async () => {
    await mkdir(join(workspace.folder, 'deep'))
    await workspace.write('deep/own.ts', 'export const seven: number = 7\n')
    const cells = [`import { seven } from './own.ts'`, 'const six: number = 6\nsix * seven', 'missing()']
    await workspace.write('deep/good.ipynb', notebookIn('typescript', '', ...cells))
    const { exitCode, stdout, stderr } = await workspace.run('notebook', 'run', 'deep/good.ipynb')
    assert.deepEqual([exitCode, stdout], [1, '42\n'])
    assert.match(stderr, /cell\[3\]:1\nmissing\(\)\n\^\n\nReferenceError: missing is not defined/)
    const [, , value] = await readCells('deep/good.executed.ipynb')
    assert(isRecord(value))
    assert.deepEqual(value['outputs'], [
      { output_type: 'execute_result', data: { 'text/plain': ['42'] }, metadata: {}, execution_count: 2 },
    ])
  })

  it('trains the net of the sample workspace', async () => {
    const sample = join(import.meta.dirname, '../../sample-workspace')
    const here = join(workspace.folder, 'digits')
    await cp(sample, here, { recursive: true, filter: (path) => !/node_modules|\.runwright|\.venv/.test(path) })
    await symlink(join(sample, 'node_modules'), join(here, 'node_modules'))
    const { exitCode, stdout, stderr } = await workspace.run('notebook', 'run', 'digits/train.ipynb')
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /TensorFlow\.js 4\S+ computes by wasm\.\nNot by node-gpu: .* is not installed/)
    assert(Number(/test accuracy (\S+)/.exec(stdout)?.[1]) > 0.9, stdout)
  })
})
