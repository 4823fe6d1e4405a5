import { readBlobs } from '../../git/read-blobs.ts'
import { streamGit } from '../../git/stream-git.ts'
import type { Work } from '../work.ts'
import { type GitSide, resolveCommit } from './git-side.ts'
import { splitAtNul } from './pointer-commits.ts'
import { isPointerPath, maxPointerBytes, parseOuts, type TrackedOut } from './tracked-out.ts'

/**
 * What a commit has under version control, by path.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a revision that there is none of; INVALID_PARAMETER_VALUE naming the `.dvc` file
 *   that cannot be read
 */
export async function loadRevisionOuts(
  side: GitSide,
  revision: string,
  { signal }: Pick<Work, 'signal'>,
): Promise<ReadonlyMap<string, TrackedOut>> {
  const commit = await resolveCommit(side, revision)
  const pointers = await listPointers(side, commit, signal)
  const outs = new Map<string, TrackedOut>()
  const options = { signal, maxBytes: maxPointerBytes }
  let index = 0
  for await (const { content } of readBlobs(
    side.root,
    side.env,
    pointers.map(({ blob }) => blob),
    options,
  )) {
    const path = pointers[index++]?.path ?? ''
    for (const out of parseOuts(content?.toString() ?? '', path)) outs.set(out.path, out)
  }
  return outs
}

async function listPointers(side: GitSide, commit: string, signal: AbortSignal) {
  const pointers: { path: string; blob: string }[] = []
  const tree = side.prefix === '' ? commit : `${commit}:${side.prefix}`
  if (side.prefix !== '' && (await side.git(['rev-parse', '--verify', '--quiet', tree])) === undefined) return pointers
  const listed = streamGit(side.root, side.env, ['ls-tree', '-r', '-z', '--full-tree', tree], { signal })
  for await (const line of splitAtNul(listed)) {
    const [, blob, path] = /^100\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
    if (blob !== undefined && path !== undefined && isPointerPath(path)) pointers.push({ path, blob })
  }
  return pointers
}
