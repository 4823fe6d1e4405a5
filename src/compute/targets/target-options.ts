import { listOf, object, refine, refuse, text } from '../../protocol/parse.ts'
import type { Parser } from '../../protocol/parse.ts'
import { parseJupyterAddress } from '../../jupyter/server-address.ts'
import { parseSshHost } from '../../ssh/ssh-host.ts'
import type { JupyterTargetOptions } from './jupyter.ts'
import type { SlurmTargetOptions } from './slurm.ts'
import type { SshTargetOptions } from './ssh.ts'

/** A folder on a target. */
export const targetFolder: Parser<string> = refine(text, (folder, path) =>
  /^(~?\/)[^\r\n\0]+$/.test(folder) ? folder : refuse(folder, path, 'expected a folder as ~/x or /x'),
)

/** One word of sbatch's options. What we set ourselves is not to be set again: a job is found by it. */
const extraWord: Parser<string> = refine(text, (word, path) => {
  if (!/^-[^\r\n\0]+$/.test(word)) return refuse(word, path, 'expected an option of sbatch')
  const isOurs =
    /^--?(job-name|J|comment|output|o|open-mode|requeue|no-requeue|signal|array|a|parsable|wrap|chdir|D)\b/.test(word)
  return isOurs ? refuse(word, path, 'this option is set for each job') : word
})

/** Reads the description of an `ssh` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseSshOptions: Parser<SshTargetOptions> = (value, path) => ({
  ...parseSshHost(value, path),
  ...object({}, { folder: targetFolder })(value, path),
})

/** Reads the description of a `jupyter` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseJupyterOptions: Parser<JupyterTargetOptions> = (value, path) => ({
  ...parseJupyterAddress(value, path),
  ...object({}, { kernel: text, folder: targetFolder })(value, path),
})

/** Reads the description of a `slurm` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseSlurmOptions: Parser<SlurmTargetOptions> = object(
  {},
  {
    login: parseSshHost,
    partition: text,
    account: text,
    qos: text,
    gpuType: text,
    extra: listOf(extraWord, 100),
    folder: targetFolder,
  },
)
