import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDvc } from './open-dvc.ts'
import { inFolder, readSeries } from './scratch-files.ts'

/** As dvclive 3.49 leaves them. */
const files = {
  'dvclive/metrics.json': '{"train": {"loss": 0.25}, "acc": 0.5, "step": 1, "final": 7}',
  'dvclive/params.yaml': 'lr: 0.1\nnet:\n  width: 3\n  kinds: [a, b]\nname: x\n',
  'dvclive/plots/metrics/acc.tsv': 'step\tacc\n0\t0.0\n1\t0.5\n',
  'dvclive/plots/metrics/train/loss.tsv': 'timestamp\tstep\tloss\n1700000000000\t0\t1.0\n1700000001000\t1\t0.25\n',
  'dvclive/plots/images/a.png': 'picture',
}

const series = {
  acc: [
    [0, 0, 0],
    [1, 0.5, 0],
  ],
  'train/loss': [
    [0, 1, 1_700_000_000_000],
    [1, 0.25, 1_700_000_001_000],
  ],
  final: [[1, 7, 0]],
}

function open(folder: string) {
  return openDvc(folder, { env: process.env, signal: new AbortController().signal, experiment: 'digits' })
}

describe('what dvclive has written', () => {
  it('is a run with its curves, what has no curve, its params and its pictures', () =>
    inFolder(files, async (folder) => {
      await using source = await open(folder)
      const [run, ...others] = await Array.fromAsync(source.runs())
      assert.ok(run !== undefined && others.length === 0)
      assert.deepEqual([run.key, run.name], ['dvclive/', 'dvclive'])
      assert.deepEqual(await readSeries(run), series)
      assert.deepEqual(run.params, [
        { key: 'lr', value: '0.1' },
        { key: 'net.width', value: '3' },
        { key: 'net.kinds', value: '["a","b"]' },
        { key: 'name', value: 'x' },
      ])
      const [picture, ...more] = await Array.fromAsync(run.artifacts())
      assert.deepEqual([picture?.path, picture?.sizeBytes, more.length], ['plots/images/a.png', 7, 0])
      assert.equal(await new Response(await picture?.open()).text(), 'picture')
    }))

  it('is the same named by its own folder', () =>
    inFolder(files, async (folder) => {
      await using source = await open(join(folder, 'dvclive'))
      const [run] = await Array.fromAsync(source.runs())
      assert.ok(run !== undefined)
      assert.deepEqual([run.name, await readSeries(run)], ['dvclive', series])
    }))

  it('comes from each experiment of DVC in the repository', () =>
    inFolder(files, async (folder) => {
      const git = (...words: string[]) =>
        execFileSync('git', ['-C', folder, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words]).toString()
      git('init', '--quiet')
      git('add', '.')
      git('commit', '--quiet', '-m', 'experiment', '--date', '2026-01-01T00:00:00Z')
      const commit = git('rev-parse', 'HEAD').trim()
      git('update-ref', `refs/exps/ab/${'c'.repeat(38)}/lush-moor`, commit)
      await rm(join(folder, 'dvclive'), { recursive: true })
      await using source = await open(folder)
      const [run, ...others] = await Array.fromAsync(source.runs())
      assert.ok(run !== undefined && others.length === 0)
      assert.equal(run.name, 'lush-moor')
      assert.deepEqual(run.tags, [{ key: 'mlflow.source.git.commit', value: commit }])
      assert.deepEqual(await readSeries(run), series)
    }))

  it('is told of where there is nothing of it', () =>
    inFolder({ 'a.txt': '1' }, async (folder) => {
      await assert.rejects(open(folder), { code: 'RESOURCE_DOES_NOT_EXIST' })
    }))
})
