import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readBlobs } from '../git/read-blobs.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import { maxPointerBytes } from './history/tracked-out.ts'
import { mergePointers, type MergedPointer, type PointerSides, type Side } from './merge.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { replaceFile } from './writing/replace-file.ts'

export interface ResolveOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the folder, or of its `.dvc` file, from the root of the repository. */
  readonly path: string
  /** Files of the folder by their paths in it; none to see what is in conflict. */
  readonly files: readonly string[]
  readonly side: Side | undefined
}

export interface Resolved extends MergedPointer {
  /** Of the `.dvc` file, from the root. */
  readonly pointer: string
  /** Nothing is in conflict any more, and the `.dvc` file says what came of it. */
  readonly isDone: boolean
}

/**
 * Decides files of a folder that two branches have changed, while git's merge waits. The sides are those of git's index,
 * so it needs no merge driver; what was decided before is remembered as long as the merge is the same. Once all is
 * decided the `.dvc` file is written; adding it to git's index is left to the user.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where git is in the middle of no merge of this file; what `mergePointers` throws
 */
export async function resolveMerge(
  repository: DataRepository,
  { env, path, files, side }: ResolveOptions,
  work: Pick<Work, 'signal'>,
): Promise<Resolved> {
  const pointer = path.endsWith(pointerEnding) ? path : path + pointerEnding
  const found = await loadSides(await openGitSide(repository, env), pointer, work)
  const memory = openMemory(repository, found.key)
  const decided = new Map(memory.decided)
  const before = mergePointers(repository, found.sides, pointer, decided)
  if (side !== undefined) {
    const chosen = files.length === 0 ? before.conflicts.map((each) => each.path) : files
    for (const file of chosen) {
      if (!before.conflicts.some((each) => each.path === file) && !decided.has(file)) throw createUnknown(pointer, file)
      decided.set(file, side)
    }
  }
  const merged = mergePointers(repository, found.sides, pointer, decided)
  const isDone = merged.conflicts.length === 0
  memory.keep(isDone ? undefined : decided)
  mkdirSync(repository.temporaryFolder, { recursive: true })
  if (isDone) replaceFile(join(repository.root, pointer), merged.text, repository.temporaryFolder)
  return { ...merged, pointer, isDone }
}

function createUnknown(pointer: string, file: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${JSON.stringify(file)} is not in conflict in ${pointer}.`, {
    hint: `"runwright data resolve ${pointer}" lists what is.`,
  })
}

async function loadSides(side: GitSide, pointer: string, work: Pick<Work, 'signal'>) {
  const path = `:(top,literal)${side.prefix}${pointer}`
  const listed = (await side.git(['ls-files', '--unmerged', '-z', '--', path]))?.toString() ?? ''
  const stages = new Map<string, string>()
  for (const [, blob = '', stage = ''] of listed.matchAll(/(?:^|\0)\d+ ([0-9a-f]+) ([123])\t/g)) stages.set(stage, blob)
  if (!stages.has('2') || !stages.has('3')) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Git has no two versions of ${pointer} to merge.`, {
      hint: '"git status" lists what is in conflict. What one branch has deleted is decided by "git add" or "git rm".',
    })
  }
  const texts = new Map<string, string>()
  const options = { ...work, maxBytes: maxPointerBytes }
  for await (const { name, content } of readBlobs(side.root, side.env, [...stages.values()], options)) {
    texts.set(name, content?.toString() ?? '')
  }
  const text = (stage: string) => texts.get(stages.get(stage) ?? '')
  const sides: PointerSides = { base: text('1'), ours: text('2') ?? '', theirs: text('3') ?? '' }
  return { sides, key: [pointer, ...stages.values()].join('\n') }
}

interface Memory {
  readonly decided: ReadonlyMap<string, Side>
  /** Undefined forgets it. */
  keep(decided: ReadonlyMap<string, Side> | undefined): void
}

/** Lost with what is temporary, it costs no more than deciding again. */
function openMemory({ temporaryFolder }: DataRepository, key: string): Memory {
  const folder = join(temporaryFolder, 'merges')
  const file = join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  return {
    decided: readDecided(file),
    keep(decided) {
      if (decided === undefined) return rmSync(file, { force: true })
      mkdirSync(folder, { recursive: true })
      replaceFile(file, JSON.stringify(Object.fromEntries(decided)), folder)
    },
  }
}

function readDecided(file: string): ReadonlyMap<string, Side> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return new Map(
      isRecord(value) ? Object.entries(value).filter((entry): entry is [string, Side] => isSide(entry[1])) : [],
    )
  } catch {
    return new Map()
  }
}

export function isSide(value: unknown): value is Side {
  return value === 'ours' || value === 'theirs' || value === 'both'
}
