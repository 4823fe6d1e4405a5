import { RunwrightError } from '../../protocol/errors.ts'
import type { Attempt, ComputeTarget, TargetCapacity, TargetStatus } from '../target.ts'
import { jobFiles, wrapperExits } from '../wrapper/job-folder.ts'
import { quoteWord } from '../../ssh/quote.ts'
import { secretsText, settingsText } from '../wrapper/settings-text.ts'
import { wrapperText } from '../wrapper/wrapper-text.ts'
import { isAttemptKey, keyOf } from './attempt-key.ts'
import { capacityProgram, formatGib, parseHostCapacity } from './host-capacity.ts'
import { aliveFunctions, bootProgram } from './job-folders.ts'
import type { FolderState } from './job-folders.ts'
import type { Login } from './login.ts'
import { findNeededProgram, isMissing, lookForProgram, refuseProgram } from './needed-program.ts'
import { enterCode, prepareCommand } from './placed-code.ts'
import type { PlaceCode, PlacedCode } from './placed-code.ts'

const capacityMs = 60_000

/**
 * One machine elsewhere. Its jobs are processes there that need nobody: the wrapper stands by each, and this side asks,
 * follows, and comes back after every cut.
 *
 * @param parts.root of the attempts' folders there
 * @param parts.login is disposed with the target
 */
export function createMachineTarget(parts: {
  readonly kind: string
  readonly root: string
  readonly login: Login
  readonly placeCode: PlaceCode
  /** Absolute path, on this machine. */
  readonly workspace: string
}): ComputeTarget {
  const { kind, root, login } = parts
  const { shell, folders } = login
  let known: { readonly at: number; readonly capacity: TargetCapacity } | undefined
  /** A machine rarely changes. */
  async function loadCapacity(): Promise<TargetCapacity> {
    if (known !== undefined && performance.now() - known.at < capacityMs) return known.capacity
    return keep((await shell.run(['sh'], { stdin: capacityProgram })).stdout.toString())
  }

  function keep(said: string): TargetCapacity {
    known = { at: performance.now(), capacity: parseHostCapacity(said) }
    return known.capacity
  }

  return {
    kind,
    pollMs: 10_000,
    capacity: loadCapacity,
    async check(spec) {
      const program = await findNeededProgram(spec, parts.workspace)
      const said = await folders.probe(capacityProgram + (program === undefined ? '' : lookForProgram(program)))
      checkFits(spec.resources, keep(said), shell.name)
      if (program !== undefined && isMissing(said)) throw refuseProgram(program, shell.name)
    },
    async submit(attempt) {
      const [moved, code] = await Promise.all([login.moveEnv(attempt.env), parts.placeCode(attempt, shell)])
      const { files, start } = describeStart(attempt, moved, code, `${root}/${attempt.key}`)
      const said = await folders.place(attempt.key, files, start)
      if (said.includes('unusable')) {
        throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `${shell.name} could not start the job: ${said.trim()}`)
      }
      return attempt.key
    },
    async find(key) {
      const state = (await folders.states([key])).get(key)
      return state === undefined || state.state === 'unclaimed' ? undefined : key
    },
    async status(handles) {
      const keys = handles.filter(isAttemptKey)
      const states = await folders.states(keys)
      // Whatever has not begun by now never will, so that `gone` is true for good.
      await folders.fence(keys.filter((key) => isUnclaimed(states.get(key))))
      return handles.map((handle) => toStatus(isAttemptKey(handle) ? states.get(handle) : undefined))
    },
    readLog: async (handle, offset, maxBytes) => folders.readLog(keyOf(handle), offset, maxBytes),
    async requestCheckpoint(handle) {
      await folders.enter(keyOf(handle), `${bootProgram}\n${aliveFunctions}\n${checkpointProgram}`)
    },
    async cancel(handle) {
      await folders.enter(keyOf(handle), `${bootProgram}\n${aliveFunctions}\n${cancelProgram}`)
    },
    forget: async (handle) => folders.remove(keyOf(handle)),
    watch: (changed) => login.watch(changed),
    [Symbol.asyncDispose]: () => login[Symbol.asyncDispose](),
  }
}

function isUnclaimed(state: FolderState | undefined): boolean {
  return state?.state === 'unclaimed' && state.hasFolder
}

function toStatus(state: FolderState | undefined): TargetStatus {
  if (state === undefined || state.state === 'unclaimed') return { state: 'gone' }
  if (state.state === 'claimed') {
    return state.isAlive ? { state: 'running', startedAt: state.startedAt } : { state: 'gone' }
  }
  const { startedAt, ...exit } = state.record
  return { state: 'ended', startedAt, exit }
}

/** The wrapper's files, and what starts it: in a session of its own, its secrets on its input and nowhere else. */
function describeStart(
  attempt: Attempt,
  env: Readonly<Record<string, string>>,
  code: PlacedCode,
  folder: string,
): { files: Record<string, string>; start: string } {
  const { key, spec, secrets } = attempt
  const { timeLimitSeconds, memoryBytes } = spec.resources
  const hasSecrets = Object.keys(secrets).length > 0
  const { command, files } = prepareCommand(code, folder, spec.command)
  const settings = settingsText({
    key,
    command,
    directory: spec.workingDirectory,
    checkpoints: code.checkpoints,
    env: attempt.gpus.length > 0 ? { ...env, CUDA_VISIBLE_DEVICES: attempt.gpus.join(',') } : env,
    hasSecrets,
    timeLimitSeconds,
    memoryBytes,
  })
  const input = hasSecrets ? `printf %s ${quoteWord(secretsText(secrets))} | ` : ''
  return {
    files: { ...files, [jobFiles.settings]: settings, [jobFiles.wrapper]: wrapperText() },
    start: `job=$PWD
${enterCode(code.directory)}
detached=
! command -v setsid >/dev/null || detached=setsid
{ ${input}$detached sh "$job/${jobFiles.wrapper}" "$job"; code=$?; [ $code -ne ${wrapperExits.unusable} ] || echo $code >"$job/unusable"; } >/dev/null 2>&1 </dev/null &
rounds=0
until [ -s "$job/${jobFiles.owner}" ] || [ -e "$job/unusable" ] || [ $rounds -ge 1000 ]; do
  rounds=$((rounds + 1))
  sleep 0.02 || sleep 1
done
[ ! -e "$job/unusable" ] || { rm -f "$job/unusable"; echo unusable; }`,
  }
}

const checkpointProgram = `if is_alive ${jobFiles.owner}; then
  read -r pid rest <${jobFiles.owner}
  kill -s USR1 "$pid"
fi
:`

/** The wrapper sees to the end; where it is dead, its command is ended from here. */
const cancelProgram = `: >${jobFiles.cancel}
if is_alive ${jobFiles.owner}; then
  read -r pid rest <${jobFiles.owner}
  kill -s TERM "$pid"
elif [ ! -e ${jobFiles.exit} ] && [ -s ${jobFiles.group} ]; then
  read -r group <${jobFiles.group}
  if kill -s TERM -- "-$group" 2>/dev/null; then
    { sleep 10; kill -s KILL -- "-$group"; } >/dev/null 2>&1 </dev/null &
  fi
fi
:`

/** @throws INVALID_PARAMETER_VALUE when the host could never run it */
function checkFits(
  { gpus = 0, cpus = 0, memoryBytes = 0, nodes = 1 }: Parameters<ComputeTarget['check']>[0]['resources'],
  has: Awaited<ReturnType<ComputeTarget['capacity']>>,
  host: string,
): void {
  const refuse = (what: string) => {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', what, { hint: 'Ask for less, or choose another target.' })
  }
  if (nodes > 1) refuse(`${host} is one machine, and the job asks for ${nodes} nodes.`)
  if (gpus > (has.gpus ?? 0)) refuse(`${host} has ${has.gpus ?? 0} GPUs, and the job asks for ${gpus}.`)
  if (cpus > (has.cpus ?? Infinity)) refuse(`${host} has ${has.cpus} CPUs, and the job asks for ${cpus}.`)
  if (memoryBytes > (has.memoryBytes ?? Infinity)) {
    refuse(`${host} has ${formatGib(has.memoryBytes ?? 0)} of memory, and the job asks for ${formatGib(memoryBytes)}.`)
  }
}
