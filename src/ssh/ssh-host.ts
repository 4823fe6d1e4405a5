import { object, type Parser, refuse, text } from '../protocol/parse.ts'

export interface SshHost {
  /** As `ssh` takes it: an alias of ~/.ssh/config, `host` or `user@host`. */
  readonly host: string
  /** Further settings in OpenSSH's words, as `{ Port: '2222' }`; the user's own settings hold for the rest. */
  readonly options?: Readonly<Record<string, string>>
  /** In place of ~/.ssh/config. */
  readonly configFile?: string
}

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

/** @throws INVALID_PARAMETER_VALUE that names the field */
export const parseSshHost: Parser<SshHost> = object({ host: text }, { options: sshSettings, configFile: text })
