import { parseWords } from '../../protocol/recorded-launch.ts'
import { findTag, type Run } from '../../protocol/runs.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import type { FieldElement } from './element.ts'
import { localize } from '../localize.ts'

/** A row of a run's Params, Code or Environment, before it becomes an element. */
export interface Field {
  readonly name: string
  /** What tells rows of one name apart. */
  readonly key?: string
  readonly value: string
  /** What stands for a value too long for a row. */
  readonly shown?: string
  readonly icon?: string
  readonly opens?: FieldElement['opens']
}

/** Hex digits of a commit that are shown, as git abbreviates it in a large repository. */
const shownCommitDigits = 12

export function paramFields(run: Run): readonly Field[] {
  return run.params
    .map(({ key, value }) => ({ name: key, value }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

export function codeFields(run: Run): readonly Field[] {
  const fields: Field[] = []
  const add = (name: string, tag: string, icon: string, opens?: FieldElement['opens']) => {
    const value = findTag(run, tag)
    if (value !== undefined && value !== '') fields.push({ name, value, icon, ...(opens ? { opens } : {}) })
  }
  add(localize('Source'), tagNames.sourceName, 'go-to-file', 'source')
  const words = parseWords(findTag(run, tagNames.command) ?? '')
  if (words) fields.push({ name: localize('Command'), value: words.join(' '), icon: 'terminal' })
  add(localize('Re-run of'), tagNames.rerunOf, 'debug-rerun')
  // A run in the workspace's own folder needs no word about it.
  if (findTag(run, tagNames.workingDirectory) !== '.') add(localize('Folder'), tagNames.workingDirectory, 'folder')
  const commit = findTag(run, tagNames.gitCommit)
  if (commit)
    fields.push({
      name: localize('Commit'),
      value: commit,
      shown: commit.slice(0, shownCommitDigits),
      icon: 'git-commit',
    })
  add(localize('Branch'), tagNames.gitBranch, 'git-branch')
  add(localize('Repository'), tagNames.gitRepoUrl, 'repo')
  const dirty = findTag(run, tagNames.gitDirty)
  if (dirty === 'true') {
    fields.push({
      name: localize('Changes'),
      value: localize('uncommitted patch'),
      icon: 'diff',
      opens: { artifactPath: artifactPaths.patch },
    })
  } else if (dirty === 'false') {
    fields.push({ name: localize('Changes'), value: localize('none, as committed'), icon: 'diff' })
  }
  return fields
}
