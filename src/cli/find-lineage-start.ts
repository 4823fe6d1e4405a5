import { findRun } from '../client/find-run.ts'
import { openGit } from '../git/git.ts'
import type { Client } from '../protocol/client.ts'
import { digestOf } from '../protocol/data-versions.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LineageKind } from '../protocol/lineage.ts'

export interface LineageStart {
  readonly kind: LineageKind
  readonly id: string
}

/** What a person names whose lineage is meant. */
interface Named {
  readonly text: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * A model version (`digits/3`, `models:/digits@champion`), data by its path, at a revision if one is named, a run as
 * `findRun` finds it, or a digest: whatever there is of that name, in this order.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when nothing is called so
 */
export async function findLineageStart(client: Client, named: Named): Promise<LineageStart> {
  return (
    (await findModelVersion(client, named.text)) ??
    (await findData(named)) ??
    (await findRunOrDigest(client, named.text))
  )
}

async function findModelVersion(client: Client, text: string): Promise<LineageStart | undefined> {
  const [, prefix, name = '', version, alias] = /^(models:\/)?([^/:]+?)(?:\/(\d{1,15})|@([^/@]+))$/.exec(text) ?? []
  // Without the prefix it would be data at a revision.
  if (version === undefined && (alias === undefined || prefix === undefined)) return undefined
  const found = await orNone(client.call('models/get', { name }))
  const meant = found?.versions.find((each) =>
    alias === undefined ? each.version === Number(version) : each.aliases.includes(alias),
  )
  return meant && { kind: 'model-version', id: `${name}/${meant.version}` }
}

async function findData({ text, cwd, env }: Named): Promise<LineageStart | undefined> {
  const { loadNamedVersions } = await import('../data/named-versions.ts')
  const whole = await orNone(loadNamedVersions({ folder: cwd, env }, [text]))
  const [, path = '', revision] = /^(.+)@([^@]+)$/s.exec(text) ?? []
  const versions = whole ?? (revision === undefined ? undefined : await atRevision(path, revision, { cwd, env }))
  const [version] = versions ?? []
  return version && { kind: 'data', id: digestOf(version) }
}

async function atRevision(path: string, revision: string, { cwd, env }: Omit<Named, 'text'>) {
  const { loadNamedVersions } = await import('../data/named-versions.ts')
  const git = await openGit(cwd, env)
  const named = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  const commit = named?.toString().trim()
  return commit === undefined
    ? undefined
    : orNone(loadNamedVersions({ folder: cwd, env, commit, head: commit }, [path]))
}

async function findRunOrDigest(client: Client, text: string): Promise<LineageStart> {
  const runId = await orNone(findRun(client, text))
  if (runId !== undefined && (await orNone(client.call('runs/get', { runId }))) !== undefined)
    return { kind: 'run', id: runId }
  if (/^[0-9a-f]{32,64}(\.dir)?$/.test(text)) return { kind: 'data', id: text }
  throw new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `Nothing is called "${text}": no run, no data, no model version.`,
    {
      hint: 'Name a run by its name or id, data by its path (PATH@REV for an earlier version), or MODEL/VERSION.',
    },
  )
}

/** What is not there, or cannot be a name of it, may be something else. */
async function orNone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const isOther =
      error instanceof RunwrightError &&
      (error.code === 'RESOURCE_DOES_NOT_EXIST' || (error.code === 'INVALID_PARAMETER_VALUE' && !isSeveral(error)))
    if (isOther) return undefined
    throw error
  }
}

/** Several runs of one name: the person has to choose. */
function isSeveral({ message }: RunwrightError): boolean {
  return /\bfits \d+ runs\b/.test(message)
}
