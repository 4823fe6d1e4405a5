import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openJupyterServer } from '../jupyter/jupyter-server.ts'
import { parseJupyterAddress } from '../jupyter/server-address.ts'
import { findPythonSpec, listServerSpecs, type ServerSpec } from '../jupyter/server-specs.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { TargetTokens } from '../protocol/jobs.ts'
import { findServerUrl, type JupyterAccess, nameServer } from '../protocol/jupyter-access.ts'
import type { KernelEnvironment } from '../protocol/kernels.ts'
import { object, text } from '../protocol/parse.ts'
import { parseProjectFile, projectFileName, type TargetSettings } from '../protocol/project-file.ts'
import { parseSshHost } from '../ssh/ssh-host.ts'
import { listSecretVariables } from '../protocol/target-secrets.ts'
import type { StartableEnvironment } from './find-environments.ts'
import { endServerKernels, startServerKernel, toSessionPath } from './jupyter/server-kernel.ts'
import type { KernelSettings, RemotePlace, ServerPlace } from './kernel-settings.ts'
import { readSecret } from './read-secret.ts'
import { checkRemotePython } from './ssh/remote-python.ts'

/** The other machines that kernels can be started on: targets of `runwright.yaml`, which is read whenever it is asked. */
export interface Remotes {
  /** Asks no machine. A file that cannot be read names none. */
  list(): Promise<KernelEnvironment[]>
  /**
   * What a server can start.
   *
   * @param server a target, or the address of a server
   * @throws as `get`
   */
  listKernels(server: string, access?: JupyterAccess): Promise<KernelEnvironment[]>
  /**
   * Undefined for the id of what is on this machine.
   *
   * @param access lets one in to a server that no target names
   * @throws RESOURCE_DOES_NOT_EXIST for a target or kernel that there is not, and what keeps from asking the server
   */
  get(environmentId: string, access?: JupyterAccess): Promise<StartableEnvironment | undefined>
  /** Has a server start a kernel while the process is started that will keep it. */
  beginKernel(place: ServerPlace, settings: Pick<KernelSettings, 'kernelId' | 'name'>): BegunKernel
  /** They are in memory alone. */
  takeTokens(tokens: TargetTokens | undefined): void
  /** What lets one in to it, by variables, as far as it is known here. */
  secretsOf(place: RemotePlace): Record<string, string>
}

/** A kernel of a server that has nobody to keep it yet. */
export interface BegunKernel {
  /** For `parseStartedServerKernel`; empty when it could not be started: who keeps it tries once more, and says why. */
  readonly handover: Promise<string>
  /** Ends it. */
  giveUp(): Promise<void>
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

  async function readTarget(target: string) {
    const settings = await find(target)
    if (settings?.kind !== 'jupyter') throw noServer(target, settings)
    const address = parseJupyterAddress(settings, `targets.${target}`)
    const { kernel } = object({}, { kernel: text })(settings, `targets.${target}`)
    return { id: target, name: target, address, kernel }
  }

  function readAccess(url: string, access: JupyterAccess | undefined) {
    if (access === undefined) throw noAccess(url)
    const address = parseJupyterAddress(access, 'access')
    // What lets one in to one server is not for another.
    if (address.url.href !== parseJupyterAddress({ ...access, url }, 'server').url.href) throw noAccess(url)
    const { host, pathname, href } = address.url
    return { id: nameServer(href), name: `${host}${pathname}`.replace(/\/$/, ''), address, kernel: undefined }
  }

  async function openServer(named: string, access: JupyterAccess | undefined) {
    const url = findServerUrl(named)
    const { id, name, address, kernel } = url === undefined ? await readTarget(named) : readAccess(url, access)
    const server = openJupyterServer(address, (variable) => readSecret(name, variable, secrets))
    const place: Omit<ServerPlace, 'spec'> = { kind: 'jupyter', name, address }
    return { server, id, place, kernel }
  }

  async function getOfServer(
    named: string,
    wanted: string | undefined,
    access: JupyterAccess | undefined,
  ): Promise<StartableEnvironment> {
    const { server, id, place, kernel } = await openServer(named, access)
    const { name } = place
    const known = await listServerSpecs(server)
    const asked = wanted ?? kernel
    const spec = asked === undefined ? findPythonSpec(known) : known.specs.find((each) => each.name === asked)
    if (spec === undefined) throw noKernel(name, asked, known.specs)
    return {
      environment: describe({ id, name }, place.address.url.href, spec),
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
        return kind === 'jupyter' ? [describe({ id: name, name }, String(url))] : []
      })
    },
    async listKernels(named, access) {
      const { server, id, place } = await openServer(named, access)
      const { specs } = await listServerSpecs(server)
      return specs.map((spec) => describe({ id, name: place.name }, place.address.url.href, spec))
    },
    async get(environmentId, access) {
      const [, kind, name = '', wanted] = /^(jupyter|ssh):([^/]+)(?:\/(.+))?$/.exec(environmentId) ?? []
      if (kind === undefined) return undefined
      return kind === 'ssh' ? getOfHost(name, wanted) : getOfServer(name, wanted, access)
    },
    beginKernel({ name, address, spec }, settings) {
      const server = openJupyterServer(address, (variable) => readSecret(name, variable, secrets))
      const path = toSessionPath(settings.kernelId)
      const started = startServerKernel(server, { path, name: settings.name, spec })
      return {
        handover: started.then(JSON.stringify, () => ''),
        async giveUp() {
          await started.catch(() => undefined)
          await endServerKernels(server, path)
        },
      }
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
function describe(
  { id, name }: { readonly id: string; readonly name: string },
  url: string,
  spec?: ServerSpec,
): KernelEnvironment {
  return {
    environmentId: spec === undefined ? `jupyter:${id}` : `jupyter:${id}/${spec.name}`,
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

function noAccess(url: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `It is not known what lets one in to ${url}.`, {
    hint: 'Enter it where a kernel is chosen in VS Code, or name the variable of its token: --token-from VARIABLE.',
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
