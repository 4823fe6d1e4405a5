import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const python = process.env['RUNWRIGHT_TEST_PYTHON'] ?? join(root, 'test/python/.venv/bin/python')

/** What these tests read of `runwright runs show --json`. */
interface ShownRun {
  readonly run: {
    readonly status: string
    readonly params: readonly { readonly key: string; readonly value: string }[]
    readonly metrics: readonly { readonly key: string; readonly step: number; readonly value: number }[]
  }
}

describe('the sample workspace', () => {
  let workspace: string
  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'runwright-sample-'))
  })
  after(async () => {
    await runwright('engine stop')
    await rm(workspace, { recursive: true })
  })

  /** The command line in the folder of the sample, with the runs kept elsewhere. */
  async function runwright(command: string, ...args: string[]): Promise<string> {
    const words = [...command.split(' '), '--workspace', workspace, ...args]
    const options = { cwd: join(root, 'sample-workspace') }
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'src/cli/main.ts'), ...words], options)
    return stdout
  }

  async function train(name: string, ...command: string[]) {
    await runwright('run', '--name', name, '--experiment', 'digits', '--', ...command)
    // SAFETY: as the command documents its JSON.
    const { run } = JSON.parse(await runwright('runs show', name, '--json')) as ShownRun
    return {
      status: run.status,
      params: Object.fromEntries(run.params.map(({ key, value }) => [key, value])),
      metrics: Object.fromEntries(run.metrics.map(({ key, value }) => [key, value])),
    }
  }

  it('learns to read digits without Python, and the same seed gives the same model', async () => {
    const first = await train('first', 'node', 'train.ts', '--hidden', '16', '--epochs', '20')
    assert.equal(first.status, 'FINISHED')
    assert.equal(first.params['hidden'], '16')
    assert.ok((first.metrics['test_accuracy'] ?? 0) > 0.93, `test_accuracy is ${first.metrics['test_accuracy']}`)

    const again = await train('again', 'node', 'train.ts', '--hidden', '16', '--epochs', '20')
    assert.deepEqual(again.metrics, first.metrics)

    const other = await train('other', 'node', 'train.ts', '--hidden', '16', '--epochs', '20', '--seed', '8')
    assert.notDeepEqual(other.metrics, first.metrics)
  })

  it('learns to read digits by scikit-learn, autologged', async () => {
    const { status, params, metrics } = await train('python', python, 'train.py', '--C', '10')
    assert.equal(status, 'FINISHED')
    assert.equal(params['C'], '10.0')
    assert.ok((metrics['test_accuracy'] ?? 0) > 0.93, `test_accuracy is ${metrics['test_accuracy']}`)
    assert.ok('training_score' in metrics)
  })
})
