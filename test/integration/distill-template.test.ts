import assert from 'node:assert/strict'
import { glob, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sample = join(root, 'sample-workspace')

describe('runwright compress template', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  before(async () => {
    workspace = await openCliWorkspace()
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('writes a training into a new folder, and nothing over what is there', async () => {
    const written = await workspace.json('compress', 'template', 'distill', 'again')
    assert.deepEqual(written, {
      template: 'distill',
      folder: join(workspace.folder, 'again'),
      files: ['README.md', 'distill.py', 'export.py', 'parts.py'],
    })
    await workspace.write('again/parts.py', 'mine')
    const refused = await workspace.run('compress', 'template', 'distill', 'again')
    assert.match(refused.stderr, /again is there already/)
    assert.notEqual(refused.exitCode, 0)
    assert.equal(await readFile(join(workspace.folder, 'again/parts.py'), 'utf8'), 'mine')
    const unknown = await workspace.run('compress', 'template', 'nonsense')
    assert.match(unknown.stderr, /no template “nonsense”[^]*distill, distill-dense/)
    assert.deepEqual(await readdir(join(workspace.folder, 'again')), written['files'])
  })

  it('teaches a dense net of a quarter of the neurons what a large one answers, as a run', async () => {
    const { folder } = workspace
    await workspace.run('compress', 'template', 'distill-dense', 'small')
    await symlink(join(sample, 'node_modules'), join(folder, 'node_modules'))
    const large = await workspace.run('run', '--', 'node', join(sample, 'train.ts'), '--hidden', '64', '--epochs', '8')
    assert.equal(large.exitCode, 0, large.stderr)
    const [model = ''] = await Array.fromAsync(glob(join(folder, '.runwright/artifacts/**/model.json')))
    const words = ['--teacher', dirname(model), '--data', join(sample, 'data/digits.csv'), '--epochs', '4']
    const distill = ['run', '--name', 'small', '--', 'node', 'small/distill.ts', '--hidden', '16', ...words]
    const { finished } = workspace.start(distill, { DATA_SCALE: '16' })
    const { exitCode, stderr } = await finished
    assert.equal(exitCode, 0, stderr)
    const { run } = (await workspace.json('runs', 'show', 'small')) as {
      run: { params: { key: string; value: string }[]; metrics: { key: string; value: number }[] }
    }
    const params = new Map(run.params.map(({ key, value }) => [key, value]))
    const metrics = new Map(run.metrics.map(({ key, value }) => [key, value]))
    const metric = (key: string) => metrics.get(key) ?? Number.NaN
    assert.deepEqual([params.get('hidden'), params.get('start')], ['16', 'pruned'])
    assert.ok(metric('params') < 0.3 * metric('teacher_params'))
    assert.ok(metric('test_accuracy') > metric('start_accuracy') + 0.05, JSON.stringify(run.metrics))
    assert.ok(metric('test_accuracy') > metric('teacher_accuracy') - 0.1, JSON.stringify(run.metrics))
    const models = await Array.fromAsync(glob(join(folder, '.runwright/artifacts/**/weights.bin')))
    assert.equal(models.length, 2, 'the small net is an artifact of its run')
  })
})
