import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { loadGitEnvironment } from '../git/git.ts'
import { streamGit } from '../git/stream-git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { findDvcliveFolders, readDvcliveRun } from './dvc/dvclive-run.ts'
import { openCommitTree, openLocalTree, readText } from './dvc/file-tree.ts'
import { resolveNamed } from './local-files.ts'
import { withRunsAlone } from './plain-source.ts'
import type { RunSource, SourceRun } from './run-source.ts'

export interface DvcOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Of the runs. */
  readonly experiment: string
}

/**
 * Runs that dvclive has written to folders below a root, and DVC's experiments where the root is in a git repository.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where there are none
 */
export async function openDvc(named: string, options: DvcOptions): Promise<RunSource> {
  const root = await resolveNamed(named)
  const { experiment } = options
  const tree = await openLocalTree(root)
  const folders = findDvcliveFolders(tree)
  const experiments = await listExperiments(root, options)
  if (folders.length + experiments.length === 0) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `There is nothing of dvclive and no experiment of DVC in ${root}.`,
      {
        hint: 'Name a project, or a folder "dvclive" with "metrics.json" and "plots" in it.',
      },
    )
  }
  async function* runs(): AsyncGenerator<SourceRun> {
    const { birthtimeMs } = await stat(root)
    for (const folder of folders) {
      const name = folder.replace(/\/$/, '') || basename(root)
      const named = { key: folder || '.', name, experiment, startTime: Math.floor(birthtimeMs), userId: '', tags: [] }
      yield await readDvcliveRun(tree, folder, named)
    }
    const source = { folder: root, env: await loadGitEnvironment(root, options.env), signal: options.signal }
    for (const { key, name, commit, time } of experiments) {
      const files = await openCommitTree(source, commit)
      const tags = [{ key: 'mlflow.source.git.commit', value: commit }]
      for (const folder of findDvcliveFolders(files)) {
        const named = { key: `${key}/${folder}`, name, experiment, startTime: time, userId: '', tags }
        yield await readDvcliveRun(files, folder, named)
      }
    }
  }
  return { kind: 'dvc', runCount: undefined, runs, ...withRunsAlone }
}

interface DvcExperiment {
  /** The commit that it is of, and its name. */
  readonly key: string
  readonly name: string
  readonly commit: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number
}

/** Of refs `refs/exps/AA/BBBB…/NAME`, where `AABBBB…` is the commit that the experiment began from. */
async function listExperiments(root: string, { env, signal }: DvcOptions): Promise<DvcExperiment[]> {
  const format = '%(refname) %(objectname) %(committerdate:unix)'
  const args = ['for-each-ref', `--format=${format}`, 'refs/exps']
  // A folder that is in no repository has none.
  const listed = await readText(streamGit(root, await loadGitEnvironment(root, env), args, { signal })).catch(() => '')
  return listed.split('\n').flatMap((line) => {
    const [ref = '', commit = '', seconds = ''] = line.split(' ')
    const [, start, rest, name] = /^refs\/exps\/([0-9a-f]{2})\/([0-9a-f]+)\/(.+)$/.exec(ref) ?? []
    return name === undefined ? [] : [{ key: `${start}${rest}/${name}`, name, commit, time: Number(seconds) * 1000 }]
  })
}
