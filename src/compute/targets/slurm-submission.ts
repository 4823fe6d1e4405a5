import type { Attempt } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { settingsText } from '../wrapper/settings-text.ts'
import { wrapperText } from '../wrapper/wrapper-text.ts'
import { batchScript } from './batch-script.ts'
import { prepareCommand } from './placed-code.ts'
import type { PlacedCode } from './placed-code.ts'
import type { PartitionPart } from './slurm-capacity.ts'
import { attemptWords, resourceWords } from './slurm-options.ts'
import type { SlurmOptions } from './slurm-options.ts'
import { slurmFiles } from './slurm-files.ts'

/**
 * The files of an attempt's folder.
 *
 * @param folder where that is on the cluster, absolute or as `~/x`
 */
export function describeSubmission(
  attempt: Attempt,
  env: Readonly<Record<string, string>>,
  code: PlacedCode,
  folder: string,
  options: SlurmOptions,
  part: PartitionPart | undefined,
): Record<string, string> {
  const { key, spec, secrets } = attempt
  const { timeLimitSeconds, memoryBytes, nodes = 1 } = spec.resources
  const hasSecrets = Object.keys(secrets).length > 0
  const words = [...resourceWords(spec.resources, options, part), ...attemptWords(key, spec, part)]
  // The wrapper stands on the first node; a step of its own takes the command to all.
  const step = nodes > 1 ? ['srun', `--ntasks=${nodes}`, '--kill-on-bad-exit=1'] : []
  const { command, files } = prepareCommand(code, folder, [...step, ...spec.command])
  const settings = settingsText({
    key,
    command,
    directory: spec.workingDirectory,
    checkpoints: code.checkpoints,
    env,
    hasSecrets,
    timeLimitSeconds,
    memoryBytes,
  })
  return {
    ...files,
    [jobFiles.settings]: settings,
    [jobFiles.wrapper]: wrapperText(),
    [slurmFiles.script]: batchScript({
      words,
      codeFolder: code.directory,
      ...(hasSecrets ? { secretsPipe: slurmFiles.secretsPipe } : {}),
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
if id=$(pass sbatch --parsable ${slurmFiles.script} 2>sbatch.err </dev/null); then
  rm -f sbatch.err
  echo "$id" >>${slurmFiles.ids}
  echo "$id"
else
  echo "refused $(cat sbatch.err)"
fi`
