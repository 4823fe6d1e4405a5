import { jobFiles, wrapperExits } from '../wrapper/job-folder.ts'
import { quoteWord } from '../../ssh/quote.ts'
import { beatFile } from './job-folders.ts'
import { enterCode } from './placed-code.ts'

/**
 * The script that a cluster is given. It runs the wrapper in the folder of the attempt, from the folder of the code.
 *
 * After a crash of its controller a cluster may start a job again while it runs. The wrapper refuses the second start; this
 * script then stands in for the first as long as it lives, for clusters kill all of a job when its script ends.
 *
 * @param parts.words sbatch's options
 * @param parts.folder of the attempt, absolute or as `~/x`; without it the script is started in it
 * @param parts.secretsPipe the file that gets the path of a pipe on the node, through which the secrets come
 */
export function batchScript(parts: {
  readonly codeFolder: string
  readonly words?: readonly string[]
  readonly folder?: string
  readonly secretsPipe?: string
  /** Lines that come before the wrapper, in the folder of the attempt, which is `$job`. */
  readonly before?: string
}): string {
  const { codeFolder, words = [], folder, secretsPipe, before = '' } = parts
  const hasSecrets = secretsPipe !== undefined
  const input = hasSecrets ? 'exec <"$pipes/secrets" && rm -rf "$pipes" && ' : ''
  return `#!/bin/sh
${words.map((word) => `#SBATCH ${quoteWord(word)}`).join('\n')}
umask 077
${folder === undefined ? '' : `${enterCode(folder)} || exit ${wrapperExits.unusable}\n`}job=$PWD
trap : USR1
${hasSecrets ? pipeProgram(secretsPipe) : ''}${before}{ ${enterCode(codeFolder)} && ${input}exec sh "$job/${jobFiles.wrapper}" "$job"; } &
child=$!
trap 'kill -s TERM "$child" 2>/dev/null' TERM INT
# One who does not listen yet has nothing to save.
trap '[ ! -s ${jobFiles.owner} ] || [ -d ${jobFiles.requeue} ] || kill -s USR1 "$child" 2>/dev/null' USR1
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

const pipeProgram = (file: string) => `pipes=$(mktemp -d) || exit ${wrapperExits.unusable}
mkfifo "$pipes/secrets" || exit ${wrapperExits.unusable}
echo "$pipes/secrets" >${file}
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
