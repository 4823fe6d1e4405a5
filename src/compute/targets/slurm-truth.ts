import type { AttemptKey, TargetStatus } from '../target.ts'
import type { FolderState } from './job-folders.ts'
import type { Login } from './login.ts'
import { accountCommand, parseAccounts } from './slurm-accounts.ts'
import type { AccountEntry } from './slurm-accounts.ts'
import { askSlurm, explainFailure } from './slurm-commands.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { slurmFiles } from './slurm-files.ts'
import { parseQueue, queueCommand } from './slurm-queue.ts'
import type { QueueEntry } from './slurm-queue.ts'
import { connectProgram } from './slurm-relay.ts'
import type { SlurmSecrets } from './slurm-secrets.ts'
import { liveStatus, needsAccounts, settledStatus } from './slurm-status.ts'
import type { SlurmEvidence } from './slurm-status.ts'
import { submitProgram } from './slurm-submission.ts'

/** Finds out what became of attempts: from the wrapper's records first, then Slurm's accounts, then its queue. */
export interface SlurmTruth {
  /** One question to the queue; the accounts are asked for those alone that nobody else knows an end of. */
  statusOf(keys: readonly AttemptKey[]): Promise<Map<AttemptKey, TargetStatus>>
  /** Whether an attempt has begun, or Slurm knows it. */
  isKnown(key: AttemptKey): Promise<boolean>
  /** It was asked to end: should it be there still in twenty seconds, Slurm ends it. */
  expectEnd(key: AttemptKey): void
  drop(key: AttemptKey): void
}

/** How long an attempt that has begun may be unknown to Slurm before it counts as gone: its controller may be starting. */
const forgottenMs = 60_000
/** How long Slurm may hold a place for an attempt that has ended, or was asked to, before it is told. */
const ghostMs = 20_000

/** Slurm's reason for holding a job that its node could not start. */
const launchFailed = 'launch failed requeued held'
/** After that many nodes that could not start it, a person has to look. */
const maxReleases = 10

/** How long a node may take to start what Slurm calls running; longer each time, for its preparations may be slow. */
const absentMs = 90_000

const marks = [jobFiles.claim, jobFiles.exit, slurmFiles.relay]

/** @param parts.now milliseconds, from any clock that does not go back */
export function createSlurmTruth(parts: {
  readonly login: Login
  readonly secrets: SlurmSecrets
  readonly now: () => number
}): SlurmTruth {
  const { login, secrets, now } = parts
  const { shell, folders } = login
  /** Since when Slurm knows nothing of an attempt. */
  const forgotten = new Map<AttemptKey, number>()
  /** Since when Slurm says that an attempt runs while nothing of it is seen, and how often it was started again. */
  const absent = new Map<AttemptKey, { readonly since: number; readonly count: number }>()
  /** Those whose relay has been started from here. */
  const joined = new Set<AttemptKey>()
  /** How often an attempt was let go on after its node was not there. */
  const releases = new Map<AttemptKey, number>()
  /** Since when an attempt should be over and Slurm takes it for running. */
  const ghosts = new Map<AttemptKey, number>()

  const readQueue = async () => Map.groupBy(parseQueue(await askSlurm(shell, queueCommand)), ({ key }) => key)

  /** Mends what it can: whether that has worked, the next question shows, and this one has its answers without. */
  const tell = async (argv: readonly string[]) => void (await shell.run(argv).catch(() => undefined))

  async function statusOf(keys: readonly AttemptKey[]): Promise<Map<AttemptKey, TargetStatus>> {
    const [queue, having] = await Promise.all([readQueue(), folders.listHaving(marks)])
    const [claimed, ended, relayed] = [having(jobFiles.claim), having(jobFiles.exit), having(slurmFiles.relay)]
    const found = new Map<AttemptKey, TargetStatus>()
    for (const key of keys) {
      const live = liveStatus(queue.get(key) ?? [])
      // One that has begun and waits was preempted.
      if (live === undefined || ended.has(key) || (live.state === 'waiting' && claimed.has(key))) continue
      found.set(key, live)
      forgotten.delete(key)
      if (relayed.has(key)) await join(key)
      else joined.delete(key)
      if (live.state !== 'running' || claimed.has(key)) absent.delete(key)
      else if (!secrets.holds(key)) await startAgain(key, queue.get(key) ?? [])
    }
    await settle(
      keys.filter((key) => !found.has(key)),
      queue,
      found,
    )
    await layGhosts(queue)
    await release(keys.flatMap((key) => queue.get(key) ?? []))
    return found
  }

  async function settle(
    keys: readonly AttemptKey[],
    queue: ReadonlyMap<AttemptKey, readonly QueueEntry[]>,
    found: Map<AttemptKey, TargetStatus>,
  ): Promise<void> {
    const states = await folders.states(keys)
    const unknown = keys.filter((key) => {
      const folder = stateOf(states, key)
      if (liveStatus(queue.get(key) ?? []) === undefined) return needsAccounts({ folder })
      return folder.state === 'claimed' && !folder.isAlive
    })
    const accounts = await askAccounts(login, unknown)
    for (const key of keys) {
      const folder = stateOf(states, key)
      if (folder.state === 'unclaimed' && !folder.hasFolder) {
        found.set(key, { state: 'gone' })
        continue
      }
      const entries = queue.get(key) ?? []
      const live = liveStatus(entries)
      const isOver = folder.state === 'ended' && folder.record.cause !== 'preempted'
      if (live !== undefined && !isOver) {
        // It was preempted and is to start again, or has just done so.
        found.set(key, live)
        await allowAgain(key, folder, accounts.get(key) ?? [])
        continue
      }
      if (live !== undefined) ghosts.set(key, ghosts.get(key) ?? now())
      const evidence = { queue: entries, folder, accounts: accounts.get(key) ?? [] }
      const settled = settledStatus(evidence)
      const isInDoubt = settled === undefined || (settled.state === 'ended' && settled.exit.cause === 'preempted')
      if (!isInDoubt) forgotten.delete(key)
      found.set(key, settled === undefined ? await forget(key, evidence) : await withMemory(login, key, settled))
    }
    await shut(states, found)
  }

  /**
   * Slurm may start a preempted attempt again as long as the right to that lies in its folder. So none is told to have
   * ended by that before the right was taken away: no start of it can run beside the next attempt.
   */
  async function shut(
    states: ReadonlyMap<AttemptKey, FolderState>,
    found: Map<AttemptKey, TargetStatus>,
  ): Promise<void> {
    const preempted = [...found].flatMap(([key, status]) => {
      const isOpen = stateOf(states, key).state !== 'claimed'
      return isOpen && status.state === 'ended' && status.exit.cause === 'preempted' ? [{ key, status }] : []
    })
    const keys = await folders.fence(preempted.map(({ key }) => key))
    for (const { key, status } of preempted) {
      if (keys.has(key)) await tell(['scancel', '--quiet', `--name=${key}`])
      // A start has taken it just now, or its wrapper was killed before it could leave the right to another.
      else if (!isForgotten(key)) found.set(key, { state: 'running', startedAt: status.startedAt ?? now() })
    }
  }

  /**
   * Slurm has killed it, wrapper and all, to make room, and starts it again: the wrapper could leave no right to that.
   * Only the start that Slurm has accounted for is given a next one.
   */
  async function allowAgain(key: AttemptKey, folder: FolderState, accounts: readonly AccountEntry[]): Promise<void> {
    const killed = accounts.findLast(({ exit }) => exit !== undefined)?.exit
    if (folder.state !== 'claimed' || folder.isAlive || killed?.cause !== 'preempted') return
    if (folder.startedAt >= killed.endedAt) return
    const isSame = `read -r pid birth boot started rest <${jobFiles.owner} && [ "$started" = ${folder.startedAt} ]`
    await folders.enter(key, `${isSame} && [ ! -e ${jobFiles.exit} ] && mkdir ${jobFiles.requeue} || :`)
  }

  /** A job on a node that cannot reach the tracking server by itself waits for us to take it there. */
  async function join(key: AttemptKey): Promise<void> {
    if (joined.has(key)) return
    await folders.enter(key, connectProgram)
    joined.add(key)
  }

  /** A node may lose a job that it was just given. Should it start after all, one of the two is refused. */
  async function startAgain(key: AttemptKey, entries: readonly QueueEntry[]): Promise<void> {
    const { since, count } = absent.get(key) ?? { since: now(), count: 0 }
    const jobId = entries.find(({ state }) => state === 'R')?.jobId
    const isDue = jobId !== undefined && count < maxReleases && now() - since >= absentMs * 2 ** count
    absent.set(key, isDue ? { since: now(), count: count + 1 } : { since, count })
    if (isDue) await tell(['scontrol', 'requeue', jobId])
  }

  /** Slurm holds a job whose node was not there when it was to start, until somebody lets it go on. */
  async function release(entries: readonly QueueEntry[]): Promise<void> {
    const held = entries.filter(({ state, reason, key }) => {
      return state === 'PD' && reason === launchFailed && (releases.get(key) ?? 0) < maxReleases
    })
    if (held.length === 0) return
    for (const { key } of held) releases.set(key, (releases.get(key) ?? 0) + 1)
    await tell(['scontrol', 'release', held.map(({ jobId }) => jobId).join(',')])
  }

  /** A controller that was down when a job ended may hold its place for hours. */
  async function layGhosts(queue: ReadonlyMap<AttemptKey, readonly QueueEntry[]>): Promise<void> {
    for (const [key, since] of ghosts) {
      if (liveStatus(queue.get(key) ?? []) === undefined) ghosts.delete(key)
      else if (now() - since >= ghostMs) {
        await tell(['scancel', '--quiet', `--name=${key}`])
        ghosts.set(key, now())
      }
    }
  }

  /** Slurm knows nothing of it. What has not begun is submitted again under the same key; the claim sees to the rest. */
  async function forget(key: AttemptKey, evidence: SlurmEvidence): Promise<TargetStatus> {
    const { folder } = evidence
    if (folder.state === 'unclaimed') {
      await folders.enter(key, `[ ! -e ${slurmFiles.script} ] || { ${submitProgram}; } >/dev/null`)
      return { state: 'waiting', reason: 'was forgotten by Slurm and has been submitted again' }
    }
    const { startedAt, isAlive } = folder.state === 'claimed' ? folder : { ...folder.record, isAlive: false }
    if (isAlive) forgotten.delete(key)
    else if (isForgotten(key)) return settledStatus({ ...evidence, accounts: [], isLate: true }) ?? { state: 'gone' }
    return { state: 'running', startedAt }
  }

  function isForgotten(key: AttemptKey): boolean {
    const since = forgotten.get(key) ?? now()
    forgotten.set(key, since)
    return now() - since >= forgottenMs
  }

  return {
    statusOf,
    async isKnown(key) {
      const folder = stateOf(await folders.states([key]), key)
      if (folder.state !== 'unclaimed') return true
      if ((await readQueue()).has(key)) return true
      if (!folder.hasFolder) return false
      return ((await askAccounts(login, [key])).get(key) ?? []).some(({ exit }) => exit !== undefined)
    },
    expectEnd: (key) => void ghosts.set(key, now()),
    drop(key) {
      forgotten.delete(key)
      releases.delete(key)
      absent.delete(key)
      joined.delete(key)
    },
  }
}

function stateOf(states: ReadonlyMap<AttemptKey, FolderState>, key: AttemptKey): FolderState {
  return states.get(key) ?? { state: 'unclaimed', hasFolder: false }
}

/** Slurm's ids of the attempts are in their folders, so that the accounts can be asked for them whenever that was. */
async function askAccounts(
  { shell, folders }: Login,
  keys: readonly AttemptKey[],
): Promise<Map<AttemptKey, AccountEntry[]>> {
  const ids = [...(await folders.readFiles(keys, slurmFiles.ids)).values()].flatMap(
    (text) => text.match(/^\d+/gm) ?? [],
  )
  if (ids.length === 0) return new Map()
  const result = await shell.run(accountCommand(ids))
  // A cluster may keep no accounts; then its queue has to do.
  if (result.code !== 0 && /accounting storage is disabled/i.test(result.stderr)) return new Map()
  if (result.code !== 0) throw explainFailure(shell.name, result)
  return Map.groupBy(parseAccounts(result.stdout.toString()), ({ key }) => key)
}

/**
 * Some kinds of Slurm call a job just killed that was killed for its memory, and what they kill may be a part of it alone:
 * then the wrapper has seen no more than that either. Slurm's own remark tells; that of a step is in the job's output.
 */
async function withMemory({ folders }: Login, key: AttemptKey, status: TargetStatus): Promise<TargetStatus> {
  if (status.state !== 'ended' || !/^(exited|preempted)$/.test(status.exit.cause)) return status
  const { signal, exitCode } = status.exit
  // Of an end that only the queue knows no code is known, and the accounts tell the 137 of a shell as 9.
  const isKilled = signal === 'SIGKILL' || (signal === null && [null, 9, 137].includes(exitCode))
  if (!isKilled) return status
  for (const file of [slurmFiles.output, jobFiles.log]) {
    const said = (await folders.readFiles([key], file)).get(key) ?? ''
    if (/^slurmstepd\S*: error: .*(exceeded.*memory limit|oom.kill)/im.test(said)) {
      return { ...status, exit: { ...status.exit, cause: 'out-of-memory' } }
    }
  }
  return status
}
