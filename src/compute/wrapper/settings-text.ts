import { isVariableName, quotePath, quoteWord } from '../../ssh/quote.ts'

/** Names the folder of a job's checkpoints to its command. */
export const checkpointVariable = 'RUNWRIGHT_CHECKPOINT_DIR'

/** What the wrapper is told by `settings.sh`. */
export interface WrapperSettings {
  readonly key: string
  /** Program and arguments, at least one word. */
  readonly command: readonly string[]
  /** Where the command runs: absolute, or relative to the folder that the wrapper is started in. */
  readonly directory: string
  /** Variables beyond the wrapper's own environment. They lie in the file: no secrets. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Where the job keeps its checkpoints, outside of every attempt's folder: absolute, or as `~/x`. The command finds it
   * in RUNWRIGHT_CHECKPOINT_DIR, unless `env` says something else.
   */
  readonly checkpoints?: string | undefined
  /** Whether the wrapper is given `secretsText` on its stdin, all of it before it claims anything. */
  readonly hasSecrets?: boolean
  readonly timeLimitSeconds?: number | undefined
  /** Main memory of all processes together. */
  readonly memoryBytes?: number | undefined
  /** Seconds from SIGTERM to SIGKILL when the cluster takes the place away; default 25, as Slurm itself waits 30. */
  readonly preemptSeconds?: number | undefined
  /**
   * Whether a cluster may send SIGTERM to all processes, one after the other: then a command that failed may have done
   * so before the wrapper has heard of it, and half a second is given to the news.
   */
  readonly isSignalledByOthers?: boolean
  /** Of a command on several nodes: words without blanks that run the program behind them on each of the nodes. */
  readonly spread?: readonly string[]
}

/**
 * The text of `settings.sh`.
 *
 * @throws {RangeError} for a variable that a shell cannot pass on, and for a NUL
 */
export function settingsText(settings: WrapperSettings): string {
  const { timeLimitSeconds, memoryBytes, preemptSeconds, checkpoints } = settings
  return [
    ...(checkpoints === undefined ? [] : [`export ${checkpointVariable}=${quotePath(checkpoints)}`]),
    ...assignments(settings.env ?? {}),
    `rw_key=${quoteWord(settings.key)}`,
    `rw_directory=${quoteWord(settings.directory)}`,
    `rw_secrets=${settings.hasSecrets === true ? 'stdin' : ''}`,
    `rw_limit=${timeLimitSeconds === undefined ? '' : Math.max(1, Math.ceil(timeLimitSeconds))}`,
    `rw_memory=${memoryBytes === undefined ? '' : Math.max(1, Math.floor(memoryBytes / 1024))}`,
    `rw_grace=${preemptSeconds ?? 25}`,
    `rw_hears=${settings.isSignalledByOthers === true ? 'yes' : ''}`,
    `rw_spread=${quoteWord((settings.spread ?? []).join(' '))}`,
    `set -- ${settings.command.map(quoteWord).join(' ')}`,
    '',
  ].join('\n')
}

/** The last line of what the wrapper reads from its stdin; without it the text was cut off and nothing runs. */
export const secretsEnd = '# all secrets'

/**
 * What the wrapper is given on its stdin where its environment cannot carry the secrets.
 *
 * @throws {RangeError} for a variable that a shell cannot pass on, and for a NUL
 */
export function secretsText(secrets: Readonly<Record<string, string>>): string {
  return [...assignments(secrets), secretsEnd, ''].join('\n')
}

function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => {
    if (!isVariableName(name)) throw new RangeError(`"${name}" cannot be the name of a variable.`)
    return `export ${name}=${quoteWord(value)}`
  })
}
