import { listOf, object, refine, refuse, text } from '../../protocol/parse.ts'
import type { Parser } from '../../protocol/parse.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterTargetOptions } from './jupyter.ts'
import type { SlurmTargetOptions } from './slurm.ts'
import type { SshTargetOptions } from './ssh.ts'

/** Settings of OpenSSH, as `{ Port: 2222 }`: numbers are what YAML makes of some. */
const sshSettings: Parser<Readonly<Record<string, string>>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(value, path, "expected settings in ssh's words")
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => {
      if (typeof own === 'string' || typeof own === 'number') return [name, String(own)]
      return refuse(own, `${path}.${name}`, 'expected text or a number')
    }),
  )
}

const host = { host: text }
const hostSettings = { options: sshSettings, configFile: text }

/** A folder on a target. */
export const targetFolder: Parser<string> = refine(text, (folder, path) =>
  /^(~?\/)[^\r\n\0]+$/.test(folder) ? folder : refuse(folder, path, 'expected a folder as ~/x or /x'),
)

/** Somebody may have written the token itself, so that it is not shown. */
const variableName: Parser<string> = (value, path) =>
  typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value) ? value : refuse('…', path, "expected a variable's name")

/** The address of a server, with a slash at its end. Whatever lets one in does not belong in the file. */
const serverUrl: Parser<URL> = refine(text, (given, path) => {
  const url = URL.parse(given)
  if (url !== null && (url.search !== '' || url.username !== '' || url.password !== '')) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The address in '${path}' holds more than an address.`, {
      hint: 'The token does not belong in the file: leave out all from "?" on, and name its variable in tokenFrom.',
    })
  }
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return refuse(given, path, 'expected an address such as https://lab.example.org/')
  }
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
})

/** One word of sbatch's options. What we set ourselves is not to be set again: a job is found by it. */
const extraWord: Parser<string> = refine(text, (word, path) => {
  if (!/^-[^\r\n\0]+$/.test(word)) return refuse(word, path, 'expected an option of sbatch')
  const isOurs =
    /^--?(job-name|J|comment|output|o|open-mode|requeue|no-requeue|signal|array|a|parsable|wrap|chdir|D)\b/.test(word)
  return isOurs ? refuse(word, path, 'this option is set for each job') : word
})

/** Reads the description of an `ssh` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseSshOptions: Parser<SshTargetOptions> = object(host, { ...hostSettings, folder: targetFolder })

/** Reads the description of a `jupyter` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseJupyterOptions: Parser<JupyterTargetOptions> = object(
  { url: serverUrl, tokenFrom: variableName },
  { kernel: text, folder: targetFolder },
)

/** Reads the description of a `slurm` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseSlurmOptions: Parser<SlurmTargetOptions> = object(
  {},
  {
    login: object(host, hostSettings),
    partition: text,
    account: text,
    qos: text,
    gpuType: text,
    extra: listOf(extraWord, 100),
    folder: targetFolder,
  },
)
