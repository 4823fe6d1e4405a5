import { type JupyterAddress, parseJupyterAddress } from '../jupyter/server-address.ts'
import { environmentKinds, type KernelEnvironment, type KernelId, parseKernelId } from '../protocol/kernels.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { parseSshHost, type SshHost } from '../ssh/ssh-host.ts'
import {
  described,
  flag,
  integer,
  listOf,
  object,
  oneOf,
  type Parser,
  refuse,
  text,
  textAs,
} from '../protocol/parse.ts'
import { mapOf } from '../protocol/shape.ts'

/** All that is needed to start a kernel again, as it is kept in its folder. No secrets: those are in the environment. */
export interface KernelSettings {
  readonly kernelId: KernelId
  readonly name: string
  readonly environment: KernelEnvironment
  /** Absolute. */
  readonly workingDirectory: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
  /** Program and arguments; `{connection_file}` stands for the path of that file. */
  readonly argv: readonly string[]
  /** Added to the environment of the engine. */
  readonly env: Readonly<Record<string, string>>
  /** It wants to be interrupted by a message, not by a signal. */
  readonly isInterruptedByMessage: boolean
  /** Where it is, when that is another machine. */
  readonly remote?: RemotePlace
}

/** A kernel of a Jupyter Server, or one that a keeper has on a host of ssh. */
export type RemotePlace = ServerPlace | HostPlace

export interface ServerPlace {
  readonly kind: 'jupyter'
  /** Of the target, for errors. */
  readonly name: string
  readonly address: JupyterAddress
  /** What the server knows the kernel by. */
  readonly spec: string
}

export interface HostPlace {
  readonly kind: 'ssh'
  readonly host: SshHost
  /** As its shell finds it, or a path there, which may begin with `~/`. */
  readonly interpreter: string
}

/** Names with their values, which are not shown. */
export const variables: Parser<Readonly<Record<string, string>>> = described(
  mapOf({ type: 'string' }),
  (value, path) => {
    if (!isRecord(value)) return refuse('…', path, 'expected an object')
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, text(each, `${path}.${name}`)]))
  },
)

const environment: Parser<KernelEnvironment> = object(
  {
    environmentId: text,
    kind: oneOf(environmentKinds),
    name: text,
    language: text,
    interpreter: text,
    hasKernel: flag,
    isOfWorkspace: flag,
  },
  { version: text },
)

const serverPlace = object({ kind: oneOf(['jupyter']), name: text, address: parseJupyterAddress, spec: text })
const hostPlace = object({ kind: oneOf(['ssh']), host: parseSshHost, interpreter: text })

const remote: Parser<RemotePlace> = (value, path) =>
  isRecord(value) && value['kind'] === 'ssh' ? hostPlace(value, path) : serverPlace(value, path)

const settings: Parser<KernelSettings> = object(
  {
    kernelId: textAs(parseKernelId, 'expected the id of a kernel'),
    name: text,
    environment,
    workingDirectory: text,
    startedAt: integer(0, Number.MAX_SAFE_INTEGER),
    argv: listOf(text, 1000),
    env: variables,
    isInterruptedByMessage: flag,
  },
  { remote },
)

/** @throws INVALID_PARAMETER_VALUE for what is none */
export function parseKernelSettings(content: string): KernelSettings {
  return settings(parseForeignJson(content), '')
}
