import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../../git/is-there.ts'
import type { TargetStatus } from '../target.ts'
import { type ExitRecord, parseExitRecord } from '../wrapper/exit-record.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { type Owner, parseMark, parseOwner, type ProcessMark } from '../wrapper/owner.ts'
import { isAlive } from './local-processes.ts'

/** What the folder of an attempt on this machine says. */
export type LocalState =
  /** No start has claimed it, or there is no folder. */
  | { readonly kind: 'unclaimed' }
  /** Claimed a moment ago: who has the claim is just being written down. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly startedAt: number }
  | { readonly kind: 'ended'; readonly record: ExitRecord }
  /** Claimed, no record, and both processes that would write one are dead. */
  | { readonly kind: 'abandoned' }

/** Between the claim and the name of its owner are two steps of one process. */
const startingMs = 10_000

export async function loadFolderState(folder: string): Promise<LocalState> {
  const { owner, parent, startedAt } = await listLiving(folder)
  // Read after the look for the living, for the last thing that they do is to write it.
  const record = parseExitRecord(await readText(join(folder, jobFiles.exit)))
  if (record !== undefined) return { kind: 'ended', record }
  if (startedAt !== undefined && (owner ?? parent) !== undefined) return { kind: 'running', startedAt }
  const claimed = await stat(join(folder, jobFiles.claim)).catch(() => undefined)
  if (claimed === undefined) return { kind: 'unclaimed' }
  const isNew = startedAt === undefined && Date.now() - claimed.mtimeMs < startingMs
  return { kind: isNew ? 'starting' : 'abandoned' }
}

export function toStatus(state: LocalState): TargetStatus {
  switch (state.kind) {
    case 'starting':
      return { state: 'waiting', reason: 'starts' }
    case 'running':
      return { state: 'running', startedAt: state.startedAt }
    case 'ended': {
      const { startedAt, ...exit } = state.record
      return { state: 'ended', startedAt, exit }
    }
    default:
      return { state: 'gone' }
  }
}

/** The wrapper's processes as far as they live, and the command's process group, whoever of it may live. */
export async function listLiving(folder: string): Promise<{
  readonly owner: ProcessMark | undefined
  readonly parent: ProcessMark | undefined
  readonly group: number | undefined
  /** Known as soon as the claim has an owner, dead or alive. */
  readonly startedAt: number | undefined
}> {
  const [ownerText, parentText, groupText] = await Promise.all(
    [jobFiles.owner, jobFiles.parent, jobFiles.group].map((name) => readText(join(folder, name))),
  )
  const owner: Owner | undefined = parseOwner(ownerText ?? '')
  const parent = parseMark(parentText ?? '')
  const group = Number.parseInt(groupText ?? '', 10)
  const [hasOwner, hasParent] = await Promise.all([owner, parent].map((mark) => mark !== undefined && isAlive(mark)))
  return {
    owner: hasOwner === true ? owner : undefined,
    parent: hasParent === true ? parent : undefined,
    group: group > 1 ? group : undefined,
    startedAt: owner?.startedAt,
  }
}

/** The cgroup that the wrapper has made for the command, if it has. */
export async function loadCgroup(folder: string): Promise<string | undefined> {
  const path = (await readText(join(folder, jobFiles.cgroup))).trim()
  return path.startsWith('/sys/fs/cgroup/') ? path : undefined
}

/** Takes the claim, so that no start can have it any more. @returns whether it was free, or there is no folder */
export function claimFolder(folder: string): Promise<boolean> {
  return mkdir(join(folder, jobFiles.claim)).then(
    () => true,
    async () => !(await isThere(folder)),
  )
}

/** The folder leaves its name at once, so that no start that comes late finds a claim that is free. */
export async function removeFolder(folder: string): Promise<void> {
  const aside = `${folder}.${crypto.randomUUID()}.gone`
  const isMoved = await rename(folder, aside).then(
    () => true,
    () => false,
  )
  if (isMoved) await rm(aside, { recursive: true, force: true })
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
