import type { Attempt } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { settingsText } from '../wrapper/settings-text.ts'
import { wrapperText } from '../wrapper/wrapper-text.ts'
import { batchScript } from './batch-script.ts'
import { prepareCommand } from './placed-code.ts'
import type { PlacedCode } from './placed-code.ts'
import type { PartitionPart } from './slurm-capacity.ts'
import { relayText } from './relay-text.ts'
import { listTracked, relayedText, relayProgram } from './slurm-relay.ts'
import { attemptWords, resourceWords } from './slurm-options.ts'
import type { SlurmOptions } from './slurm-options.ts'
import { rankWords, spreadWords } from './slurm-ranks.ts'
import { slurmFiles } from './slurm-files.ts'

/** What an attempt meets on its cluster. */
export interface SubmissionPlace {
  /** Variables of the command, as they hold there. */
  readonly env: Readonly<Record<string, string>>
  readonly code: PlacedCode
  /** Of the attempt: absolute or as `~/x`. */
  readonly folder: string
  readonly options: SlurmOptions
  readonly part: PartitionPart | undefined
  /** Seconds from Slurm's SIGTERM to its SIGKILL, where that is known. */
  readonly killWaitSeconds: number | undefined
}

/** Of Slurm's time between its two signals, so much is kept for the wrapper to end what is left and to record it. */
const recordSeconds = 4

/** The files of an attempt's folder. */
export function describeSubmission(attempt: Attempt, place: SubmissionPlace): Record<string, string> {
  const { key, spec, secrets } = attempt
  const { env, code, folder, options, part, killWaitSeconds } = place
  const { timeLimitSeconds, memoryBytes } = spec.resources
  const hasSecrets = Object.keys(secrets).length > 0
  const words = [...resourceWords(spec.resources, options, part), ...attemptWords(key, spec, part)]
  const { command, files } = prepareCommand(code, folder, [...rankWords(spec.resources), ...spec.command])
  const settings = settingsText({
    key,
    command,
    directory: spec.workingDirectory,
    checkpoints: code.checkpoints,
    env,
    hasSecrets,
    timeLimitSeconds,
    memoryBytes,
    preemptSeconds: killWaitSeconds === undefined ? undefined : Math.max(1, killWaitSeconds - recordSeconds),
    isSignalledByOthers: true,
    spread: spreadWords(spec.resources),
  })
  const tracked = listTracked(env)
  const [relayed] = tracked
  return {
    ...files,
    ...(relayed === undefined
      ? {}
      : { [slurmFiles.relayProgram]: relayText(), [slurmFiles.relayPort]: `${relayed.port}\n` }),
    [jobFiles.settings]: `${settings}${relayedText(tracked)}`,
    [jobFiles.wrapper]: wrapperText(),
    [slurmFiles.script]: batchScript({
      words,
      codeFolder: code.directory,
      ...(hasSecrets ? { secretsPipe: slurmFiles.secretsPipe } : {}),
      ...(relayed === undefined ? {} : { before: relayProgram }),
    }),
  }
}

/** What sbatch may pass on from whoever submits: Slurm writes a job's environment down, and secrets may be in ours. */
const passed =
  'PATH HOME USER LOGNAME SHELL LANG LC_ALL LC_CTYPE TZ SLURM_CONF LD_LIBRARY_PATH MODULEPATH MODULESHOME LMOD_CMD BASH_ENV'

/**
 * Submits the script of the folder it runs in, and notes the id. Prints the id, or `refused` and what sbatch said. The
 * note comes after the submission: in between, the job's name tells.
 */
export const submitProgram = `pass() (
  for name in ${passed}; do
    eval "value=\\\${$name-}"
    [ -z "$value" ] || set -- "$name=$value" "$@"
  done
  exec env -i "$@"
)
uname -n >${slurmFiles.login}
if id=$(pass sbatch --parsable ${slurmFiles.script} 2>sbatch.err </dev/null); then
  rm -f sbatch.err
  echo "$id" >>${slurmFiles.ids}
  echo "$id"
else
  echo "refused $(cat sbatch.err)"
fi`
