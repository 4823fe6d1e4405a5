import { RunwrightError } from '../../protocol/errors.ts'
import type { AttemptKey, ComputeTarget, TargetStatus } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { quoteWord } from '../wrapper/quote.ts'
import { secretsText } from '../wrapper/settings-text.ts'
import { isAttemptKey } from './attempt-key.ts'
import type { FolderState } from './job-folders.ts'
import { openLogin } from './login.ts'
import type { Login, LoginParts } from './login.ts'
import type { PlaceCode } from './placed-code.ts'
import { accountCommand, parseAccounts } from './slurm-accounts.ts'
import type { AccountEntry } from './slurm-accounts.ts'
import { capacityCommand, parsePartitions, sumCapacity } from './slurm-capacity.ts'
import type { PartitionPart } from './slurm-capacity.ts'
import { checkPartition } from './slurm-check.ts'
import { askSlurm, explainFailure, explainRefusal } from './slurm-commands.ts'
import { resourceWords } from './slurm-options.ts'
import type { SlurmOptions } from './slurm-options.ts'
import { parseQueue, queueCommand } from './slurm-queue.ts'
import type { QueueEntry } from './slurm-queue.ts'
import { slurmFiles } from './slurm-files.ts'
import { liveStatus, needsAccounts, settledStatus } from './slurm-status.ts'
import { describeSubmission, submitProgram } from './slurm-submission.ts'
import type { SshHost } from './ssh-shell.ts'

export interface SlurmTargetOptions extends SlurmOptions {
  /** The login node; without it Slurm's programs are on this machine. */
  readonly login?: SshHost
}

/** For this long the limits of a partition are taken as known. */
const partitionsMs = 300_000

/** How long an attempt that has begun may be unknown to Slurm before it counts as gone: its controller may be starting. */
const forgottenMs = 60_000

/**
 * A Slurm cluster. A handle is the attempt's key, which is the job's name: an id is used again one day, and an attempt
 * gets a second one when the controller has lost the first.
 *
 * @param parts.now milliseconds, from any clock that does not go back
 */
export async function openSlurmTarget(
  options: SlurmTargetOptions,
  parts: LoginParts & { readonly placeCode: PlaceCode; readonly now: () => number },
): Promise<ComputeTarget> {
  const login = await openLogin(options.login, options.folder ?? '~/.runwright/jobs', parts)
  const { shell, folders } = login
  const secrets = new Map<AttemptKey, Readonly<Record<string, string>>>()
  /** When it was first seen that Slurm knows nothing of an attempt. */
  const forgotten = new Map<AttemptKey, number>()

  let known: { readonly at: number; readonly parts: readonly PartitionPart[] } | undefined
  const partitions = async (maxAgeMs: number) => {
    if (known === undefined || parts.now() - known.at > maxAgeMs) {
      known = { at: parts.now(), parts: parsePartitions(await askSlurm(shell, capacityCommand)) }
    }
    const isOwn = ({ partition, isDefault }: PartitionPart) =>
      options.partition === undefined ? isDefault : partition === options.partition
    return { all: known.parts, own: known.parts.filter(isOwn) }
  }
  const readQueue = async () => parseQueue(await askSlurm(shell, queueCommand))

  async function statusOf(keys: readonly AttemptKey[]): Promise<Map<AttemptKey, TargetStatus>> {
    const queue = Map.groupBy(await readQueue(), ({ key }) => key)
    const found = new Map<AttemptKey, TargetStatus>()
    for (const key of keys) {
      const live = liveStatus(queue.get(key) ?? [])
      if (live === undefined) continue
      found.set(key, live)
      forgotten.delete(key)
      const own = secrets.get(key)
      if (live.state === 'running' && own !== undefined && (await bringSecrets(login, key, queue, own))) {
        secrets.delete(key)
      }
    }
    const others = keys.filter((key) => !found.has(key))
    const states = await folders.states(others)
    const accounts = await askAccounts(
      login,
      others.filter((key) => needsAccounts({ folder: stateOf(states, key) })),
    )
    for (const key of others) {
      const folder = stateOf(states, key)
      const own = { queue: queue.get(key) ?? [], folder, accounts: accounts.get(key) ?? [] }
      const settled = settledStatus(own)
      found.set(key, settled === undefined ? await forget(key, folder) : await withMemory(login, key, folder, settled))
      if (settled !== undefined) forgotten.delete(key)
    }
    return found
  }

  /** Slurm knows nothing of it. What has not begun is submitted again under the same key; the claim sees to the rest. */
  async function forget(key: AttemptKey, folder: FolderState): Promise<TargetStatus> {
    if (folder.state === 'unclaimed') {
      if (!folder.hasFolder) return { state: 'gone' }
      await folders.enter(key, `[ ! -e ${slurmFiles.script} ] || { ${submitProgram}; } >/dev/null`)
      return { state: 'waiting', reason: 'was forgotten by Slurm and has been submitted again' }
    }
    const { startedAt, isAlive } = folder.state === 'claimed' ? folder : { ...folder.record, isAlive: false }
    if (isAlive) forgotten.delete(key)
    else forgotten.set(key, forgotten.get(key) ?? parts.now())
    const since = forgotten.get(key) ?? parts.now()
    return parts.now() - since >= forgottenMs ? { state: 'gone' } : { state: 'running', startedAt }
  }

  return {
    kind: 'slurm',
    pollMs: 2000,
    capacity: async () => sumCapacity((await partitions(5000)).all),
    async check(spec) {
      const { all, own } = await partitions(5000)
      if (own.length === 0) throw noPartition(options.partition, [...new Set(all.map(({ partition }) => partition))])
      checkPartition(spec.resources, own)
      const words = resourceWords(spec.resources, options, own[0])
      const stdin = `#!/bin/sh\n:\n`
      const result = await shell.run(['sbatch', '--test-only', ...words], { stdin })
      if (result.code === 127) throw explainFailure(shell.name, result)
      if (result.code !== 0) throw explainRefusal(shell.name, result.stderr)
    },
    async submit(attempt) {
      const [moved, code, { own }] = await Promise.all([
        login.moveEnv(attempt.env),
        parts.placeCode(attempt, shell),
        partitions(partitionsMs),
      ])
      const files = describeSubmission(attempt, { ...code.env, ...moved }, code.directory, options, own[0])
      const said = await folders.place(attempt.key, files, submitProgram)
      if (said.startsWith('refused ')) {
        const error = explainRefusal(shell.name, said.slice('refused '.length))
        if (error.code === 'INVALID_PARAMETER_VALUE') await folders.remove(attempt.key)
        throw error
      }
      if (Object.keys(attempt.secrets).length > 0) secrets.set(attempt.key, attempt.secrets)
      return attempt.key
    },
    async find(key) {
      const folder = stateOf(await folders.states([key]), key)
      if (folder.state !== 'unclaimed') return key
      const queue = (await readQueue()).filter((entry) => entry.key === key)
      if (queue.length > 0) return key
      const accounts = folder.hasFolder ? ((await askAccounts(login, [key])).get(key) ?? []) : []
      return accounts.some(({ exit }) => exit !== undefined) ? key : undefined
    },
    async status(handles) {
      if (handles.length === 0) return []
      const found = await statusOf(handles.filter(isAttemptKey))
      return handles.map((handle) => (isAttemptKey(handle) ? found.get(handle) : undefined) ?? { state: 'gone' })
    },
    readLog: async (handle, offset, maxBytes) => folders.readLog(keyOf(handle), offset, maxBytes),
    async requestCheckpoint(handle) {
      await askSlurm(shell, ['scancel', '--quiet', '--batch', '--signal=USR1', `--name=${keyOf(handle)}`])
    },
    async cancel(handle) {
      const key = keyOf(handle)
      // The marker first: by it the wrapper knows that it is not being preempted.
      await folders.enter(key, `: >${jobFiles.cancel}`)
      await askSlurm(shell, ['scancel', '--quiet', `--name=${key}`])
    },
    async forget(handle) {
      const key = keyOf(handle)
      secrets.delete(key)
      forgotten.delete(key)
      await folders.remove(key)
    },
    watch: (changed) => login.watch(changed),
    [Symbol.asyncDispose]: () => login[Symbol.asyncDispose](),
  }
}

function keyOf(handle: string): AttemptKey {
  if (isAttemptKey(handle)) return handle
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `"${handle}" is no attempt of a job.`)
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
 * Gives the wrapper its secrets: by a step of the job, over Slurm's own authenticated connection, into a pipe.
 *
 * @returns false when the job is not so far yet
 */
async function bringSecrets(
  { shell, folders }: Login,
  key: AttemptKey,
  queue: ReadonlyMap<AttemptKey, readonly QueueEntry[]>,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  const pipe = (await folders.readFiles([key], slurmFiles.secretsPipe)).get(key)?.trim()
  const jobId = queue.get(key)?.find(({ state }) => state === 'R')?.jobId
  if (pipe === undefined || pipe === '' || jobId === undefined) return false
  const step = [
    'srun',
    '--quiet',
    `--jobid=${jobId}`,
    '--overlap',
    '--relative=0',
    '--nodes=1',
    '--ntasks=1',
    '--mem=0',
  ]
  const program = `cat >"$0" && rm -f ${quoteWord(slurmFiles.secretsPipe)}`
  const result = await shell.run([...step, 'sh', '-c', program, pipe], { stdin: secretsText(secrets) })
  return result.code === 0
}

/** A job that was killed for its memory has no record, and some kinds of Slurm call it just killed. */
async function withMemory(
  { folders }: Login,
  key: AttemptKey,
  folder: FolderState,
  status: TargetStatus,
): Promise<TargetStatus> {
  if (status.state !== 'ended' || folder.state !== 'claimed' || status.exit.signal !== 'SIGKILL') return status
  const said = (await folders.readFiles([key], slurmFiles.output)).get(key) ?? ''
  if (!/exceeded.*memory limit|oom.kill/i.test(said)) return status
  return { ...status, exit: { ...status.exit, cause: 'out-of-memory' } }
}

function noPartition(partition: string | undefined, all: readonly string[]): RunwrightError {
  const what =
    partition === undefined ? 'The cluster has no default partition.' : `There is no partition "${partition}".`
  return new RunwrightError('INVALID_PARAMETER_VALUE', what, {
    hint: `Set \`partition\` of the target in runwright.yaml to one of: ${all.join(', ')}.`,
  })
}
