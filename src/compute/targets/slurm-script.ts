import { jobFiles, wrapperExits } from '../wrapper/job-folder.ts'
import { quoteWord } from '../wrapper/quote.ts'
import { beatFile } from './job-folders.ts'
import { enterCode } from './placed-code.ts'

/** Files of an attempt that are Slurm's alone. */
export const slurmFiles = {
  script: 'batch.sh',
  /** A line for each submission: `ID` or `ID;CLUSTER`, as sbatch prints it. */
  ids: 'slurm-ids',
  /** What Slurm itself has to say, as that a job was killed for its memory. */
  output: 'slurm.out',
  /** Names the pipe on the node that waits for the secrets: `PATH`. */
  secretsPipe: 'secrets-pipe',
} as const

/**
 * The script that sbatch is given. It runs the wrapper in the folder of the attempt, which is Slurm's working directory,
 * from the folder of the code.
 *
 * After a crash of its controller Slurm may start a job again while it runs. The wrapper refuses the second start; this
 * script then stands in for the first as long as it lives, for Slurm kills all of a job when its script ends.
 *
 * @param words sbatch's options
 * @param hasSecrets they come through a pipe in the node's memory, from a step that the engine starts
 */
export function batchScript(words: readonly string[], codeFolder: string, hasSecrets: boolean): string {
  const input = hasSecrets ? ' <"$pipes/secrets"' : ''
  return `#!/bin/sh
${words.map((word) => `#SBATCH ${quoteWord(word)}`).join('\n')}
umask 077
job=$PWD
${hasSecrets ? pipeProgram : ''}{ ${enterCode(codeFolder)} && exec sh "$job/${jobFiles.wrapper}" "$job"${input}; } &
child=$!
trap 'kill -s TERM "$child" 2>/dev/null' TERM INT
trap 'kill -s USR1 "$child" 2>/dev/null' USR1
${hasSecrets ? giveUpProgram : ''}${beatProgram}# A signal interrupts the wait.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
kill "$beat" 2>/dev/null
${hasSecrets ? 'rm -rf "$pipes"\n' : ''}if [ "$code" = ${wrapperExits.refused} ] && [ -s ${jobFiles.owner} ]; then
  read -r pid birth boot started host <${jobFiles.owner}
  while [ ! -e ${jobFiles.exit} ] && [ "$host" = "$(uname -n)" ] && kill -0 "$pid" 2>/dev/null; do sleep 1; done
fi
exit "$code"
`
}

const pipeProgram = `pipes=$(mktemp -d) || exit ${wrapperExits.unusable}
mkfifo "$pipes/secrets" || exit ${wrapperExits.unusable}
echo "$pipes/secrets" >${slurmFiles.secretsPipe}
`

/** Tells the login node that the wrapper lives, should Slurm forget the job: it cannot look at another machine's processes. */
const beatProgram = `(
  trap 'kill "$!" 2>/dev/null; exit' TERM
  while kill -0 "$child" 2>/dev/null; do
    [ ! -d ${jobFiles.claim} ] || : >${beatFile}
    sleep 30 &
    wait "$!"
  done
) &
beat=$!
`

/** Nodes are not held for an engine that does not come back. */
const giveUpProgram = `(
  rounds=0
  while [ ! -d ${jobFiles.claim} ] && kill -0 "$child" 2>/dev/null; do
    rounds=$((rounds + 1))
    [ "$rounds" -lt 900 ] || {
      echo "runwright: nobody brought the secrets within 15 minutes" >>${jobFiles.log}
      kill "$child"
      break
    }
    sleep 1
  done
) &
`
