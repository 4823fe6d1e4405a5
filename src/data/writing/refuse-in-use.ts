import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isAlive } from '../../git/is-alive.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { DataRepository } from '../repository.ts'

/**
 * Refuses to write what a stage of DVC reads or writes. DVC holds no lock while the command of a stage runs, and
 * remembers in `.dvc/tmp/rwlock` which paths are in use by which process.
 *
 * @param outs by their paths from the root of the repository
 * @throws INVALID_STATE naming the path and the command
 * @see https://github.com/treeverse/dvc/blob/3.67.1/dvc/rwlock.py
 */
export function refuseInUse(repository: DataRepository, outs: readonly { readonly path: string }[]): void {
  const uses = listUses(repository)
  for (const { path } of uses.length === 0 ? [] : outs) {
    const place = join(repository.root, path)
    const use = uses.find((each) => overlaps(each.path, place) && isAlive(each.pid))
    if (use === undefined) continue
    throw new RunwrightError('INVALID_STATE', `${path} is in use by "${use.command}" (process ${use.pid}).`, {
      hint: 'Nothing was changed. Try again when that has ended.',
    })
  }
}

interface Use {
  /** Absolute. */
  readonly path: string
  readonly pid: number
  readonly command: string
}

function listUses({ temporaryFolder }: DataRepository): readonly Use[] {
  const all = parseForeignJson(readText(join(dirname(temporaryFolder), 'rwlock')))
  if (!isRecord(all)) return []
  return [all['write'], all['read']].flatMap((byPath) =>
    Object.entries(isRecord(byPath) ? byPath : {}).flatMap(([path, users]) =>
      [users].flat().flatMap((user: unknown) => toUse(path, user)),
    ),
  )
}

function toUse(path: string, user: unknown): readonly Use[] {
  if (!isRecord(user)) return []
  const { pid, cmd } = user
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof cmd !== 'string') return []
  return [{ path, pid, command: cmd.length > 200 ? `${cmd.slice(0, 200)}…` : cmd }]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}
