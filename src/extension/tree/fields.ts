import type { Run } from '../../protocol/runs.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import type { FieldElement } from './element.ts'

/** A row of a run's Params, Code or Environment, before it becomes an element. */
export interface Field {
  readonly name: string
  readonly value: string
  readonly icon?: string
  readonly opens?: FieldElement['opens']
}

/** Rows of `environment.json` shown; the file itself opens from the last row. */
const maxEnvironmentFields = 60

export function findTag(run: Run, key: string): string | undefined {
  return run.tags.find((tag) => tag.key === key)?.value
}

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
  add('Source', tagNames.sourceName, 'go-to-file', 'source')
  const words = parseWords(findTag(run, tagNames.command))
  if (words) fields.push({ name: 'Command', value: words.join(' '), icon: 'terminal' })
  add('Folder', tagNames.workingDirectory, 'folder')
  add('Commit', tagNames.gitCommit, 'git-commit')
  add('Branch', tagNames.gitBranch, 'git-branch')
  add('Repository', tagNames.gitRepoUrl, 'repo')
  const dirty = findTag(run, tagNames.gitDirty)
  if (dirty === 'true') {
    fields.push({
      name: 'Changes',
      value: 'uncommitted patch',
      icon: 'diff',
      opens: { artifactPath: artifactPaths.patch },
    })
  } else if (dirty === 'false') {
    fields.push({ name: 'Changes', value: 'none, as committed', icon: 'diff' })
  }
  return fields
}

/** The command as its words; undefined when the tag is missing or is not what a supervisor writes. */
function parseWords(tag: string | undefined): readonly string[] | undefined {
  if (tag === undefined) return undefined
  try {
    const words: unknown = JSON.parse(tag)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}

/** @param recorded what the supervisor wrote to `environment.json`; undefined when the run has no such file */
export function environmentFields(run: Run, recorded: unknown): readonly Field[] {
  const fields: Field[] = []
  const user = findTag(run, tagNames.user) ?? run.userId
  if (user !== '') fields.push({ name: 'User', value: user })
  const exit = findTag(run, tagNames.exitCode)
  if (exit !== undefined) fields.push({ name: 'Exit', value: exit })
  if (recorded === undefined) return fields
  const flat = flatten(recorded, '').slice(0, maxEnvironmentFields)
  const file = { name: 'All', value: artifactPaths.environment, opens: { artifactPath: artifactPaths.environment } }
  return [...fields, ...flat, file]
}

function flatten(value: unknown, name: string): readonly Field[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object'))
      return value.length > 0 ? [{ name, value: value.join(', ') }] : []
    return value.flatMap((item: unknown, index) => flatten(item, `${name}[${index}]`))
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, name === '' ? key : `${name}.${key}`))
  }
  return [{ name, value: String(value) }]
}
