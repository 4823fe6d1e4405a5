import { realpath } from 'node:fs/promises'
import { basename, delimiter, dirname, join, sep } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import type { KernelEnvironment } from '../protocol/kernels.ts'
import { type KernelSpec, listKernelSpecs } from './environments/kernel-specs.ts'
import type { RemotePlace } from './kernel-settings.ts'
import { canRunJavaScript } from './javascript/javascript-command.ts'
import { loadedMagics } from './magics-environment.ts'
import { listPythonPlaces, type PlaceOptions, type PythonPlace } from './environments/python-places.ts'
import { readPythonFolder } from './environments/python-folder.ts'

/** An environment with what starts its kernel. */
export interface StartableEnvironment {
  readonly environment: KernelEnvironment
  /** Program and arguments; `{connection_file}` stands for the path of that file. Empty for the built-in one. */
  readonly argv: readonly string[]
  /** Added to the environment of the engine. */
  readonly env: Readonly<Record<string, string>>
  /** It wants to be interrupted by a message, not by a signal. */
  readonly isInterruptedByMessage: boolean
  /** Where its kernel is, when that is another machine. */
  readonly remote?: RemotePlace
}

/**
 * All that a kernel can be started in here: those of the workspace first, then those that have a kernel. Nothing is run
 * to find them: a folder that somebody else has made may hold any program.
 */
export async function findEnvironments(options: PlaceOptions): Promise<StartableEnvironment[]> {
  const [places, specs] = await Promise.all([listPythonPlaces(options), listKernelSpecs(options)])
  const pythons = await Promise.all(places.map((place) => readPython(place, options)))
  const byPlace = new Map<string, StartableEnvironment>()
  for (const each of pythons) {
    // A folder may be reached by several names; the first is the one that says the most.
    if (each !== undefined && !byPlace.has(each.place)) byPlace.set(each.place, each.found)
  }
  const found = [...byPlace.values(), builtIn(), ...specs.map(fromKernelSpec)]
  const rank = ({ environment: { isOfWorkspace, hasKernel } }: StartableEnvironment) =>
    (isOfWorkspace ? 0 : 2) + (hasKernel ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b))
}

/** @throws RESOURCE_DOES_NOT_EXIST, or INVALID_STATE for one whose kernel is not installed */
export async function getEnvironment(options: PlaceOptions, environmentId: string): Promise<StartableEnvironment> {
  const all = await findEnvironments(options)
  const found = all.find(({ environment }) => environment.environmentId === environmentId)
  if (found === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no environment "${environmentId}" here.`, {
      hint: '"runwright kernels environments" lists those that there are.',
    })
  }
  const { hasKernel, kind, name, interpreter, version } = found.environment
  if (!hasKernel && kind === 'built-in') {
    throw new RunwrightError('INVALID_STATE', `The Node that runs the engine, ${version}, is too old to run cells.`, {
      hint: 'Start the engine with Node 24, or open the folder in an editor, which has one of its own.',
    })
  }
  if (!hasKernel) {
    throw new RunwrightError('INVALID_STATE', `The environment ${name} has no kernel: ipykernel is not installed.`, {
      hint: `Install it: "${interpreter}" -m pip install ipykernel`,
    })
  }
  return found
}

async function readPython(
  { prefix, kind }: PythonPlace,
  { workspace, env }: PlaceOptions,
): Promise<{ place: string; found: StartableEnvironment } | undefined> {
  const python = await readPythonFolder(prefix)
  if (python === undefined) return undefined
  const { interpreter, version, hasKernel, isUvs } = python
  const place = await realpath(dirname(interpreter)).catch(() => dirname(interpreter))
  const ownKind = isUvs && kind === 'venv' ? 'uv' : kind
  const isOfWorkspace = interpreter.startsWith(workspace + sep)
  const environment: KernelEnvironment = {
    environmentId: `${ownKind}:${interpreter}`,
    kind: ownKind,
    name: kind === 'system' ? interpreter : basename(prefix),
    language: 'python',
    interpreter,
    hasKernel,
    isOfWorkspace,
    ...(version === undefined ? {} : { version }),
  }
  return {
    place,
    found: {
      environment,
      argv: pythonKernel(interpreter),
      env: activate(prefix, kind, env),
      isInterruptedByMessage: false,
    },
  }
}

/** As its script `activate` does, so that programs that a cell starts are those of the environment. */
function activate(prefix: string, kind: PythonPlace['kind'], env: PlaceOptions['env']): Record<string, string> {
  if (kind === 'system') return {}
  const bin = join(prefix, process.platform === 'win32' ? 'Scripts' : 'bin')
  const path = { PATH: [bin, env['PATH'] ?? ''].join(delimiter) }
  if (kind === 'conda') return { ...path, CONDA_PREFIX: prefix }
  return kind === 'venv' ? { ...path, VIRTUAL_ENV: prefix } : path
}

function pythonKernel(interpreter: string): string[] {
  return [interpreter, '-m', 'ipykernel_launcher', '-f', '{connection_file}', unboundedOutput, loadedMagics]
}

/**
 * ipykernel publishes over a socket that holds a thousand messages: while the reader is held up, by a busy machine for
 * example, it throws away what comes above that, and nobody is told. With this it keeps all. Measured, and tested.
 */
const unboundedOutput =
  '--IPKernelApp.exec_lines=' +
  "(lambda thread: thread.schedule(lambda: thread.socket.setsockopt(__import__('zmq').SNDHWM, 0)))" +
  '(get_ipython().kernel.iopub_socket.io_thread)'

/** Its relay knows what starts it: the Node that this is, of this version of Runwright. */
function builtIn(): StartableEnvironment {
  return {
    environment: {
      environmentId: 'built-in:javascript',
      kind: 'built-in',
      name: 'JavaScript',
      language: 'javascript',
      interpreter: process.execPath,
      version: process.versions.node,
      hasKernel: canRunJavaScript(),
      isOfWorkspace: false,
    },
    argv: [],
    env: {},
    isInterruptedByMessage: true,
  }
}

function fromKernelSpec({
  name,
  displayName,
  language,
  argv,
  env,
  isInterruptedByMessage,
}: KernelSpec): StartableEnvironment {
  const isIpykernel = argv.some((word) => word === 'ipykernel_launcher' || word === 'ipykernel')
  return {
    environment: {
      environmentId: `kernelspec:${name}`,
      kind: 'kernelspec',
      name: displayName,
      language,
      interpreter: argv[0] ?? '',
      hasKernel: true,
      isOfWorkspace: false,
    },
    argv: isIpykernel ? [...argv, unboundedOutput, loadedMagics] : argv,
    env,
    isInterruptedByMessage,
  }
}
