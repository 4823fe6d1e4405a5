import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openJupyterServer } from '../jupyter/jupyter-server.ts'
import { parseJupyterAddress } from '../jupyter/server-address.ts'
import { findPythonSpec, listServerSpecs, type ServerSpec } from '../jupyter/server-specs.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { TargetTokens } from '../protocol/jobs.ts'
import type { KernelEnvironment } from '../protocol/kernels.ts'
import { object, text } from '../protocol/parse.ts'
import { parseProjectFile, projectFileName, type TargetSettings } from '../protocol/project-file.ts'
import { parseSshHost } from '../ssh/ssh-host.ts'
import { listSecretVariables } from '../protocol/target-secrets.ts'
import type { StartableEnvironment } from './find-environments.ts'
import type { RemotePlace, ServerPlace } from './kernel-settings.ts'
import { readSecret } from './read-secret.ts'
import { checkRemotePython } from './ssh/remote-python.ts'

/** The other machines that kernels can be started on: targets of `runwright.yaml`, which is read whenever it is asked. */
export interface Remotes {
  /** Asks no machine. A file that cannot be read names none. */
  list(): Promise<KernelEnvironment[]>
  /** What a server can start. @throws as `get` */
  listKernels(server: string): Promise<KernelEnvironment[]>
  /**
   * Undefined for the id of what is on this machine.
   *
   * @throws RESOURCE_DOES_NOT_EXIST for a target or kernel that there is not, and what keeps from asking the server
   */
  get(environmentId: string): Promise<StartableEnvironment | undefined>
  /** They are in memory alone. */
  takeTokens(tokens: TargetTokens | undefined): void
  /** What lets one in to it, by variables, as far as it is known here. */
  secretsOf(place: RemotePlace): Record<string, string>
}

export function createRemotes({
  workspace,
  env,
}: {
  /** Absolute. */
  readonly workspace: string
  readonly env: Readonly<Record<string, string | undefined>>
}): Remotes {
  const secrets: Record<string, string | undefined> = { ...env }

  async function readTargets(): Promise<[name: string, settings: TargetSettings][]> {
    const content = await readFile(join(workspace, projectFileName), 'utf8').catch(() => '')
    return Object.entries(parseProjectFile(content).targets)
  }

  async function find(name: string): Promise<TargetSettings | undefined> {
    return (await readTargets()).find(([each]) => each === name)?.[1]
  }

  async function openServer(name: string) {
    const settings = await find(name)
    if (settings?.kind !== 'jupyter') throw noServer(name, settings)
    const address = parseJupyterAddress(settings, `targets.${name}`)
    const { kernel } = object({}, { kernel: text })(settings, `targets.${name}`)
    const server = openJupyterServer(address, (variable) => readSecret(name, variable, secrets))
    const place: Omit<ServerPlace, 'spec'> = { kind: 'jupyter', name, address }
    return { server, place, kernel }
  }

  async function getOfServer(name: string, wanted: string | undefined): Promise<StartableEnvironment> {
    const { server, place, kernel } = await openServer(name)
    const known = await listServerSpecs(server)
    const asked = wanted ?? kernel
    const spec = asked === undefined ? findPythonSpec(known) : known.specs.find((each) => each.name === asked)
    if (spec === undefined) throw noKernel(name, asked, known.specs)
    return {
      environment: describe(name, place.address.url.href, spec),
      ...plain,
      remote: { ...place, spec: spec.name },
    }
  }

  async function getOfHost(name: string, wanted: string | undefined): Promise<StartableEnvironment> {
    const settings = await find(name)
    const host = settings?.kind === 'ssh' ? parseSshHost(settings, `targets.${name}`) : { host: name }
    const interpreter = wanted ?? defaultPython
    const version = await checkRemotePython(host, interpreter, env)
    const environment = { ...describeHost(name, wanted), version }
    return { environment, ...plain, remote: { kind: 'ssh', host, interpreter } }
  }

  return {
    async list() {
      const targets = await readTargets().catch(() => [])
      return targets.flatMap(([name, { kind, url }]) => {
        if (kind === 'ssh') return [describeHost(name)]
        return kind === 'jupyter' ? [describe(name, String(url))] : []
      })
    },
    async listKernels(name) {
      const { server, place } = await openServer(name)
      const { specs } = await listServerSpecs(server)
      return specs.map((spec) => describe(name, place.address.url.href, spec))
    },
    async get(environmentId) {
      const [, kind, name = '', wanted] = /^(jupyter|ssh):([^/]+)(?:\/(.+))?$/.exec(environmentId) ?? []
      if (kind === undefined) return undefined
      return kind === 'ssh' ? getOfHost(name, wanted) : getOfServer(name, wanted)
    },
    takeTokens: (tokens = {}) => void Object.assign(secrets, tokens),
    secretsOf: (place) =>
      Object.fromEntries(
        (place.kind === 'jupyter' ? listSecretVariables(place.address) : []).flatMap((variable) => {
          const value = secrets[variable]
          return value === undefined ? [] : [[variable, value]]
        }),
      ),
  }
}

/** Nothing of it is of this machine. */
const plain = { argv: [], env: {}, isInterruptedByMessage: false }

/** As the shell of a host finds it. */
const defaultPython = 'python3'

function describeHost(name: string, interpreter?: string): KernelEnvironment {
  return {
    environmentId: interpreter === undefined ? `ssh:${name}` : `ssh:${name}/${interpreter}`,
    kind: 'ssh',
    name: interpreter === undefined ? name : `${name}: ${interpreter}`,
    language: 'python',
    interpreter: interpreter ?? defaultPython,
    hasKernel: true,
    isOfWorkspace: false,
  }
}

/** Without a kernelspec it is the server's choice for Python. */
function describe(name: string, url: string, spec?: ServerSpec): KernelEnvironment {
  return {
    environmentId: spec === undefined ? `jupyter:${name}` : `jupyter:${name}/${spec.name}`,
    kind: 'jupyter',
    name: spec === undefined ? name : `${name}: ${spec.displayName}`,
    language: spec?.language ?? 'python',
    interpreter: url,
    hasKernel: true,
    isOfWorkspace: false,
  }
}

function noServer(name: string, settings: TargetSettings | undefined): RunwrightError {
  const what = settings === undefined ? 'is no target' : `is a target of the kind ${settings.kind}, not jupyter`
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `"${name}" ${what} of ${projectFileName}.`, {
    hint: `Describe the server there: targets: ${name}: { kind: jupyter, url: https://…, tokenFrom: VARIABLE }`,
  })
}

function noKernel(name: string, wanted: string | undefined, specs: readonly ServerSpec[]): RunwrightError {
  const what = wanted === undefined ? 'kernel for Python' : `kernel "${wanted}"`
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `"${name}" has no ${what}.`, {
    hint:
      specs.length > 0
        ? `It has: ${specs.map((each) => each.name).join(', ')}.`
        : 'Install one there: `pip install ipykernel`.',
  })
}
