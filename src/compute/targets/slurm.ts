import { RunwrightError } from '../../protocol/errors.ts'
import type { JobResources } from '../../protocol/jobs.ts'
import type { ComputeTarget } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { isAttemptKey, keyOf } from './attempt-key.ts'
import { defaultFolder } from './job-folders.ts'
import { openLogin } from './login.ts'
import type { LoginParts } from './login.ts'
import type { PlaceCode } from './placed-code.ts'
import { capacityCommand, parseKillWait, parsePartitions, sumCapacity } from './slurm-capacity.ts'
import type { PartitionPart } from './slurm-capacity.ts'
import { checkPartition } from './slurm-check.ts'
import { askSlurm, explainFailure, explainRefusedNodes } from './slurm-commands.ts'
import { resourceWords } from './slurm-options.ts'
import type { SlurmOptions } from './slurm-options.ts'
import { describeSubmission, submitProgram } from './slurm-submission.ts'
import { createSlurmSecrets } from './slurm-secrets.ts'
import { createSlurmTruth } from './slurm-truth.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'

export interface SlurmTargetOptions extends SlurmOptions {
  /** The login node; without it Slurm's programs are on this machine. */
  readonly login?: SshHost
}

/** For this long the limits of a partition are taken as known. */
const partitionsMs = 300_000
/** What was read so long ago is as good as new. */
const freshMs = 5000
/** For this long Slurm is taken to accept what it has said to accept; should it not, the submission tells. */
const acceptedMs = 60_000

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
  const root = options.folder ?? defaultFolder
  const login = await openLogin(options.login, root, parts)
  const { shell, folders } = login
  const secrets = createSlurmSecrets(login)
  const truth = createSlurmTruth({ login, secrets, now: parts.now })

  let known:
    | { readonly at: number; readonly parts: readonly PartitionPart[]; readonly killWaitSeconds: number | undefined }
    | undefined
  const partitions = async (maxAgeMs: number) => {
    if (known === undefined || parts.now() - known.at > maxAgeMs) {
      const said = await askSlurm(shell, capacityCommand)
      known = { at: parts.now(), parts: parsePartitions(said), killWaitSeconds: parseKillWait(said) }
    }
    const isOwn = ({ partition, isDefault }: PartitionPart) =>
      options.partition === undefined ? isDefault : partition === options.partition
    return { all: known.parts, own: known.parts.filter(isOwn), killWaitSeconds: known.killWaitSeconds }
  }

  /** When Slurm last said that it would take a job of these options. */
  const accepted = new Map<string, number>()
  const fitting = async (resources: JobResources, maxAgeMs: number) => {
    const { all, own } = await partitions(maxAgeMs)
    if (own.length === 0) throw noPartition(options.partition, [...new Set(all.map(({ partition }) => partition))])
    checkPartition(resources, own)
    return own
  }

  return {
    kind: 'slurm',
    pollMs: 2000,
    capacity: async () => sumCapacity((await partitions(freshMs)).all),
    async check(spec) {
      // What was known a while ago may let a job pass, for Slurm is asked as well, but it refuses none.
      const own = await fitting(spec.resources, partitionsMs).catch(() => fitting(spec.resources, freshMs))
      const words = resourceWords(spec.resources, options, own[0])
      const asked = words.join('\0')
      // The jobs of a sweep ask for the same.
      if (parts.now() - (accepted.get(asked) ?? -Infinity) < acceptedMs) return
      const [result] = await Promise.all([
        shell.run(['sbatch', '--test-only', ...words], { stdin: '#!/bin/sh\n:\n' }),
        folders.probe(':'),
      ])
      if (result.code === 127) throw explainFailure(shell.name, result)
      if (result.code !== 0) throw await explainRefusedNodes(shell, result.stderr)
      accepted.set(asked, parts.now())
    },
    async submit(attempt) {
      const [env, code, { own, killWaitSeconds }] = await Promise.all([
        login.moveEnv(attempt.env),
        parts.placeCode(attempt, shell),
        partitions(partitionsMs),
      ])
      const folder = `${root}/${attempt.key}`
      const files = describeSubmission(attempt, { env, code, folder, options, part: own[0], killWaitSeconds })
      const said = await folders.place(attempt.key, files, submitProgram)
      if (said.startsWith('refused ')) {
        const error = await explainRefusedNodes(shell, said.slice('refused '.length))
        if (error.code === 'INVALID_PARAMETER_VALUE') await folders.remove(attempt.key)
        throw error
      }
      if (Object.keys(attempt.secrets).length > 0) secrets.hold(attempt.key, attempt.secrets)
      return attempt.key
    },
    find: async (key) => ((await truth.isKnown(key)) ? key : undefined),
    async status(handles) {
      if (handles.length === 0) return []
      const found = await truth.statusOf(handles.filter(isAttemptKey))
      return handles.map((handle) => (isAttemptKey(handle) ? found.get(handle) : undefined) ?? { state: 'gone' })
    },
    readLog: async (handle, offset, maxBytes) => folders.readLog(keyOf(handle), offset, maxBytes),
    async requestCheckpoint(handle) {
      const key = keyOf(handle)
      // One that has not begun, or not again, has nothing to save, and its shell may not listen yet: USR1 would end it.
      const [state] = (await folders.states([key])).values()
      if (state?.state !== 'claimed' || state.startedAt === 0) return
      await askSlurm(shell, ['scancel', '--quiet', '--batch', '--signal=USR1', '--state=RUNNING', `--name=${key}`])
    },
    async cancel(handle) {
      const key = keyOf(handle)
      // The marker first: by it the wrapper knows that it is not being preempted.
      await folders.enter(key, `: >${jobFiles.cancel}`)
      const words = ['scancel', '--quiet', `--name=${key}`]
      await askSlurm(shell, [...words, '--state=PENDING'])
      // Slurm itself would signal one process after the other, and a shell whose child dies first exits as it likes.
      await askSlurm(shell, [...words, '--batch', '--signal=TERM'])
      truth.expectEnd(key)
    },
    async forget(handle) {
      const key = keyOf(handle)
      truth.drop(key)
      secrets.drop(key)
      await folders.remove(key)
    },
    watch: (changed) => login.watch(changed),
    async [Symbol.asyncDispose]() {
      secrets[Symbol.dispose]()
      await login[Symbol.asyncDispose]()
    },
  }
}

function noPartition(partition: string | undefined, all: readonly string[]): RunwrightError {
  const what =
    partition === undefined ? 'The cluster has no default partition.' : `There is no partition "${partition}".`
  return new RunwrightError('INVALID_PARAMETER_VALUE', what, {
    hint: `Set \`partition\` of the target in runwright.yaml to one of: ${all.join(', ')}.`,
  })
}
