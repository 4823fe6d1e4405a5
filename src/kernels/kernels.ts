import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { NodeCommand } from '../base/node-command.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { TargetTokens } from '../protocol/jobs.ts'
import { type Kernel, type KernelEnvironment, type KernelId, parseKernelId } from '../protocol/kernels.ts'
import type { KernelMethods } from '../protocol/kernels.ts'
import { loadPrivateText, writePrivateText } from '../store/private-file.ts'
import { findEnvironments, getEnvironment } from './find-environments.ts'
import { type HeldKernel, openHeldKernel } from './held-kernel.ts'
import { type KernelSettings, parseKernelSettings, type RemotePlace } from './kernel-settings.ts'
import { kernelVariable } from './magics-environment.ts'
import { readIdleTimeout } from './read-idle-timeout.ts'
import { relayFiles } from './relay/relay-messages.ts'
import { startRelay } from './relay/start-relay.ts'
import { type BegunKernel, createRemotes } from './remotes.ts'

/** The kernels of a workspace. Disposing it leaves them running; the next engine finds them. */
export interface Kernels extends Disposable {
  /** @param asked a server whose kernels are meant, and what lets one in, which running kernels are told, too */
  listEnvironments(asked?: KernelMethods['kernels/environments']['params']): Promise<readonly KernelEnvironment[]>
  list(): readonly Kernel[]
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(kernelId: KernelId): HeldKernel
  /** @throws RESOURCE_DOES_NOT_EXIST, INVALID_STATE as `kernels/start`, STORAGE_… */
  start(params: KernelMethods['kernels/start']['params']): Promise<Kernel>
  restart(kernelId: KernelId, tokens?: TargetTokens): Promise<Kernel>
  shutdown(kernelId: KernelId): Promise<void>
}

export interface KernelsOptions {
  /** Absolute; a folder for each kernel is in it. */
  readonly folder: string
  /** Absolute. */
  readonly workspace: string
  /** The user's folder, absolute. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where programs in cells reach this engine, as variables; not asked before a kernel is started. */
  trackingEnv(): Readonly<Record<string, string>>
  /** By which magics in cells find what is theirs. Default: none. */
  readonly magicsEnv?: Readonly<Record<string, string>>
  /** How the process that keeps a kernel is started; the folder is added to its arguments. Undefined: none can be. */
  readonly relay: NodeCommand | undefined
  now(): number
  changed(kernelId: KernelId): void
  onError(error: unknown): void
}

/** Finds the kernels that were left running. */
export async function openKernels(options: KernelsOptions): Promise<Kernels> {
  const { folder, workspace, home, env, now, changed, onError } = options
  const held = new Map<KernelId, HeldKernel>()
  const starting = new Map<KernelId, Promise<HeldKernel>>()
  const places = { workspace, home, env }
  const remotes = createRemotes({ workspace, env })
  let idleTimeoutMs = await readIdleTimeout(workspace).catch(() => undefined)

  /** @param begun the kernel of a server that is being started for it */
  function startKeeper(
    kernelId: KernelId,
    place: string,
    remote: RemotePlace | undefined,
    begun?: BegunKernel,
  ): Promise<void> {
    if (options.relay === undefined) {
      throw new RunwrightError('NOT_IMPLEMENTED', 'This engine starts no kernels.', {
        hint: 'Open the folder in an editor, or use "runwright" in it: its own engine does.',
      })
    }
    const added =
      remote === undefined ? { ...options.magicsEnv, [kernelVariable]: kernelId } : remotes.secretsOf(remote)
    return startRelay(options.relay, place, { ...env, ...options.trackingEnv(), ...added }, begun?.handover)
  }

  async function open(settings: KernelSettings): Promise<HeldKernel> {
    const { kernelId } = settings
    const kernel = await openHeldKernel({
      settings,
      folder: join(folder, kernelId),
      now,
      changed: () => changed(kernelId),
      onError,
    })
    kernel.setIdleTimeout(idleTimeoutMs)
    return kernel
  }

  /** A file that cannot be read, as one that is just edited, changes nothing. */
  async function readLimits(): Promise<void> {
    idleTimeoutMs = await readIdleTimeout(workspace).catch(() => idleTimeoutMs)
    for (const kernel of held.values()) kernel.setIdleTimeout(idleTimeoutMs)
  }

  async function begin(params: KernelMethods['kernels/start']['params']): Promise<HeldKernel> {
    const { kernelId, environmentId, workingDirectory = '.', access } = params
    remotes.takeTokens(params.tokens)
    const found = (await remotes.get(environmentId, access)) ?? (await getEnvironment(places, environmentId))
    const { environment, argv, env: own, isInterruptedByMessage, remote } = found
    const settings: KernelSettings = {
      kernelId,
      environment,
      name: params.name ?? environment.name,
      workingDirectory: resolve(workspace, workingDirectory),
      startedAt: now(),
      argv,
      env: own,
      isInterruptedByMessage,
      ...(remote === undefined ? {} : { remote }),
    }
    const place = join(folder, kernelId)
    await mkdir(place, { recursive: true, mode: 0o700 })
    let begun: BegunKernel | undefined
    try {
      await writePrivateText(join(place, relayFiles.settings), JSON.stringify(settings))
      if (remote?.kind === 'jupyter') begun = remotes.beginKernel(remote, settings)
      await startKeeper(kernelId, place, remote, begun)
      return await open(settings)
    } catch (error) {
      await begun?.giveUp().catch(onError)
      await rm(place, { recursive: true, force: true })
      throw error
    }
  }

  /** Those that wait for it come in with it. */
  async function takeTokens(tokens: TargetTokens | undefined): Promise<void> {
    remotes.takeTokens(tokens)
    if (tokens === undefined) return
    await Promise.all([...held.values()].map(tellSecrets))
  }

  async function tellSecrets(kernel: HeldKernel): Promise<void> {
    if (kernel.remote === undefined || !kernel.hasRelay) return
    await kernel.ask('secrets', { values: remotes.secretsOf(kernel.remote) }).catch(onError)
  }

  function get(kernelId: KernelId): HeldKernel {
    const found = held.get(kernelId)
    if (found !== undefined) return found
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no kernel ${kernelId}.`, {
      hint: '"runwright kernels list" shows those that there are.',
    })
  }

  for (const settings of await loadAll(folder, onError)) {
    try {
      held.set(settings.kernelId, await open(settings))
    } catch (error) {
      // One that is broken does not keep the others from being there.
      onError(error)
    }
  }

  const reading = setInterval(() => void readLimits(), limitsMs).unref()
  return {
    get,
    async listEnvironments({ server, access, tokens } = {}) {
      await takeTokens(tokens)
      if (server !== undefined) return remotes.listKernels(server, access)
      const here = await findEnvironments(places)
      return [...here.map(({ environment }) => environment), ...(await remotes.list())]
    },
    list: () => [...held.values()].map((each) => each.describe()).toSorted((a, b) => b.startedAt - a.startedAt),
    async start(params) {
      const { kernelId } = params
      const known = held.get(kernelId)
      if (known !== undefined) return known.describe()
      const started = starting.get(kernelId) ?? begin(params)
      starting.set(kernelId, started)
      try {
        const kernel = await started
        held.set(kernelId, kernel)
        changed(kernelId)
        return kernel.describe()
      } finally {
        starting.delete(kernelId)
      }
    },
    async restart(kernelId, tokens) {
      const kernel = get(kernelId)
      remotes.takeTokens(tokens)
      await tellSecrets(kernel)
      if (kernel.hasRelay) await kernel.ask('restart', {})
      else {
        await startKeeper(kernelId, kernel.folder, kernel.remote)
        await kernel.attach()
      }
      return kernel.describe()
    },
    async shutdown(kernelId) {
      const kernel = held.get(kernelId)
      if (kernel === undefined) return
      held.delete(kernelId)
      // A relay that has gone meanwhile has taken its kernel with it.
      if (kernel.hasRelay) await kernel.ask('shutdown', {}).catch(onError)
      kernel[Symbol.dispose]()
      await rm(kernel.folder, { recursive: true, force: true, maxRetries: 5 })
      changed(kernelId)
    },
    [Symbol.dispose]() {
      clearInterval(reading)
      for (const kernel of held.values()) kernel[Symbol.dispose]()
    },
  }
}

/** A change of `runwright.yaml` holds after so long. */
const limitsMs = 60_000

/** Settings that are not this user's alone came with the folder, and are not looked at. */
async function loadAll(folder: string, onError: (error: unknown) => void): Promise<KernelSettings[]> {
  const names = await readdir(folder).catch(() => [])
  const all = names.map(async (name) => {
    if (parseKernelId(name) === undefined) return []
    const text = await loadPrivateText(join(folder, name, relayFiles.settings))
    try {
      const settings = text === undefined ? undefined : parseKernelSettings(text)
      return settings?.kernelId === name ? [settings] : []
    } catch (error) {
      onError(error)
      return []
    }
  })
  return (await Promise.all(all)).flat()
}
