import { readBlobs } from '../../git/read-blobs.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { PointerSides } from '../merge.ts'
import { pointerEnding } from '../pointer.ts'
import type { DataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import { type GitSide, openGitSide } from './git-side.ts'
import { type MergeMemory, openMergeMemory } from './merge-memory.ts'
import { maxPointerBytes } from './tracked-out.ts'
import { listUnmerged, type Stages } from './unmerged.ts'

/** A `.dvc` file that git's merge waits for. */
export interface OpenedMerge {
  readonly side: GitSide
  /** Of the `.dvc` file, from the root. */
  readonly pointer: string
  readonly sides: PointerSides
  readonly memory: MergeMemory
}

/**
 * Opens the versions that git's index has of a `.dvc` file, so it needs no merge driver.
 *
 * @param path of the folder, or of its `.dvc` file, from the root of the repository
 * @throws RESOURCE_DOES_NOT_EXIST where git is in the middle of no merge of this file
 */
export async function openMerge(
  repository: DataRepository,
  env: Readonly<Record<string, string | undefined>>,
  path: string,
  work: Pick<Work, 'signal'>,
): Promise<OpenedMerge> {
  const pointer = path.endsWith(pointerEnding) ? path : path + pointerEnding
  const side = await openGitSide(repository, env)
  const stages = (await listUnmerged(side, [pointer])).get(pointer)
  if (stages === undefined || !stages.has('2') || !stages.has('3')) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Git has no two versions of ${pointer} to merge.`, {
      hint: '"git status" lists what is in conflict. What one branch has deleted is decided by "git add" or "git rm".',
    })
  }
  const sides = await loadSides(side, stages, work)
  return { side, pointer, sides, memory: openMergeMemory(repository, pointer, stages) }
}

async function loadSides(side: GitSide, stages: Stages, work: Pick<Work, 'signal'>): Promise<PointerSides> {
  const texts = new Map<string, string>()
  const options = { ...work, maxBytes: maxPointerBytes }
  for await (const { name, content } of readBlobs(side.root, side.env, [...stages.values()], options)) {
    texts.set(name, content?.toString() ?? '')
  }
  const text = (stage: string) => texts.get(stages.get(stage) ?? '')
  return { base: text('1'), ours: text('2') ?? '', theirs: text('3') ?? '' }
}
