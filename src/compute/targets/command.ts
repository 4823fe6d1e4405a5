import { RunwrightError } from '../../protocol/errors.ts'
import type { Attempt, AttemptKey, ComputeTarget, TargetStatus } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { quoteWord } from '../../ssh/quote.ts'
import { settingsText } from '../wrapper/settings-text.ts'
import { wrapperText } from '../wrapper/wrapper-text.ts'
import { isAttemptKey, keyOf } from './attempt-key.ts'
import { batchScript } from './batch-script.ts'
import type { CommandOptions, CommandState } from './command-options.ts'
import { fillTemplate } from './command-template.ts'
import { defaultFolder, type FolderState } from './job-folders.ts'
import { openLogin } from './login.ts'
import type { LoginParts } from './login.ts'
import { prepareCommand } from './placed-code.ts'
import type { PlaceCode, PlacedCode } from './placed-code.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'

/** Files of an attempt that are this target's alone. */
const files = { script: 'batch.sh', id: 'id' } as const

/**
 * Runs jobs by a system that is known by its commands alone. The wrapper's record tells how an attempt ended, and the
 * system's own word only where there is none. A handle is the key; the system's id is in the attempt's folder.
 *
 * @param parts.now milliseconds since 1970-01-01 UTC
 */
export async function openCommandTarget(
  options: CommandOptions & { readonly login?: SshHost },
  parts: LoginParts & { readonly placeCode: PlaceCode; readonly now: () => number },
): Promise<ComputeTarget> {
  const root = options.folder ?? defaultFolder
  const login = await openLogin(options.login, root, parts)
  const { shell, folders } = login

  const ask = async (template: readonly string[], values: Parameters<typeof fillTemplate>[1]) => {
    const argv = fillTemplate(template, values)
    const result = await shell.run(argv)
    if (result.code === 0) return result.stdout
    throw new RunwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `${argv[0]} on ${shell.name} failed: ${lastLine(result.stderr)}`,
    )
  }
  const idOf = async (key: AttemptKey) => (await folders.readFiles([key], files.id)).get(key)?.trim()

  return {
    kind: 'command',
    pollMs: 5000,
    capacity: () => Promise.resolve({}),
    async check({ secrets }) {
      if (secrets.length > 0) throw noSecrets()
      for (const [program] of [options.submit, options.status, options.cancel]) {
        const result = await shell.run(['sh', '-c', 'command -v "$0"', program ?? ''])
        if (result.code !== 0) throw noProgram(program ?? '', shell.name)
      }
    },
    async submit(attempt) {
      if (Object.keys(attempt.secrets).length > 0) throw noSecrets()
      const [moved, code] = await Promise.all([login.moveEnv(attempt.env), parts.placeCode(attempt, shell)])
      const texts = describeFiles(attempt, moved, code, `${root}/${attempt.key}`)
      const folder = (await folders.place(attempt.key, texts, `chmod 700 ${files.script}\npwd`)).trim()
      const values = { ...resourceValues(attempt), key: attempt.key, folder, script: `${folder}/${files.script}` }
      const said = (await ask(options.submit, values)).toString()
      const id = said.split('\n', 1)[0]?.trim().split(/\s+/).at(-1) ?? ''
      if (!/^[\w.:@/[\]-]+$/.test(id)) {
        throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `${options.submit[0]} printed no id: ${lastLine(said)}`)
      }
      await folders.enter(attempt.key, `echo ${quoteWord(id)} >${files.id}`)
      return attempt.key
    },
    async find(key) {
      const state = (await folders.states([key])).get(key)
      if (state === undefined || (state.state === 'unclaimed' && !state.hasFolder)) return undefined
      return state.state !== 'unclaimed' || (await idOf(key)) !== undefined ? key : undefined
    },
    async status(handles) {
      const keys = handles.filter(isAttemptKey)
      const [states, ids] = await Promise.all([folders.states(keys), folders.readFiles(keys, files.id)])
      const open = keys.flatMap((key) => (states.get(key)?.state === 'ended' ? [] : (ids.get(key)?.trim() ?? [])))
      const said = open.length === 0 ? new Map() : parseStates(await ask(options.status, { ids: open }), options.states)
      return handles.map((handle) => {
        if (!isAttemptKey(handle)) return { state: 'gone' }
        return toStatus(states.get(handle), said.get(ids.get(handle)?.trim() ?? ''), parts.now())
      })
    },
    async readLog(handle, offset, maxBytes) {
      const key = keyOf(handle)
      if (options.logs === undefined) return folders.readLog(key, offset, maxBytes)
      const id = await idOf(key)
      if (id === undefined) return new Uint8Array()
      return (await ask(options.logs, { id, key })).subarray(offset, offset + maxBytes)
    },
    async requestCheckpoint(handle) {
      const id = await idOf(keyOf(handle))
      if (options.checkpoint === undefined) {
        throw new RunwrightError('NOT_IMPLEMENTED', 'This target has no command that asks a job for a checkpoint.', {
          hint: 'Set `checkpoint` of the target in runwright.yaml.',
        })
      }
      if (id !== undefined) await ask(options.checkpoint, { id, key: keyOf(handle) })
    },
    async cancel(handle) {
      const key = keyOf(handle)
      await folders.enter(key, `: >${jobFiles.cancel}`)
      const id = await idOf(key)
      if (id !== undefined) await ask(options.cancel, { id, key })
    },
    forget: async (handle) => folders.remove(keyOf(handle)),
    watch: (changed) => login.watch(changed),
    [Symbol.asyncDispose]: () => login[Symbol.asyncDispose](),
  }
}

function describeFiles(
  { key, spec }: Attempt,
  env: Readonly<Record<string, string>>,
  code: PlacedCode,
  folder: string,
): Record<string, string> {
  const { timeLimitSeconds, memoryBytes } = spec.resources
  const prepared = prepareCommand(code, folder, spec.command)
  const settings = settingsText({
    key,
    command: prepared.command,
    directory: spec.workingDirectory,
    checkpoints: code.checkpoints,
    env,
    timeLimitSeconds,
    memoryBytes,
  })
  return {
    ...prepared.files,
    [jobFiles.settings]: settings,
    [jobFiles.wrapper]: wrapperText(),
    // Other systems start it in a folder of their own choice.
    [files.script]: batchScript({ codeFolder: code.directory, folder }),
  }
}

function resourceValues({ spec: { resources } }: Attempt): Record<string, string> {
  const { gpus = 0, cpus = 1, nodes = 1, memoryBytes, timeLimitSeconds } = resources
  return {
    gpus: String(gpus),
    cpus: String(cpus),
    nodes: String(nodes),
    ...(memoryBytes === undefined ? {} : { memoryMegabytes: String(Math.ceil(memoryBytes / 1024 ** 2)) }),
    ...(timeLimitSeconds === undefined ? {} : { timeMinutes: String(Math.ceil(timeLimitSeconds / 60) + 1) }),
  }
}

/** Of each id what the first word means that the target's states name. */
function parseStates(
  said: Buffer,
  states: Readonly<Record<string, CommandState>>,
): Map<string, { word: string; state: CommandState | undefined }> {
  const lines = said.toString().split('\n')
  return new Map(
    lines.map((line) => {
      const [id = '', ...words] = line.trim().split(/\s+/)
      const word = words.find((each) => Object.hasOwn(states, each))
      return [id, { word: word ?? words.join(' '), state: word === undefined ? undefined : states[word] }]
    }),
  )
}

function toStatus(
  folder: FolderState | undefined,
  said: { word: string; state: CommandState | undefined } | undefined,
  now: number,
): TargetStatus {
  if (folder?.state === 'ended') {
    const { startedAt, ...exit } = folder.record
    const isPreempted = exit.cause === 'preempted' && said?.state === 'cancelled'
    return { state: 'ended', startedAt, exit: isPreempted ? { ...exit, cause: 'cancelled' } : exit }
  }
  const startedAt = folder?.state === 'claimed' ? folder.startedAt : undefined
  if (folder?.state === 'claimed' && folder.isAlive) return { state: 'running', startedAt: folder.startedAt }
  // The system has no word for it that we know: it is not over, and nothing more can be said.
  if (said === undefined) return { state: 'gone' }
  if (said.state === undefined || said.state === 'waiting' || said.state === 'running') {
    return startedAt === undefined ? { state: 'waiting', reason: `is ${said.word}` } : { state: 'running', startedAt }
  }
  const cause = said.state === 'cancelled' || said.state === 'preempted' ? said.state : 'exited'
  const exit = { exitCode: said.state === 'finished' ? 0 : null, signal: null, cause, endedAt: now } as const
  return { state: 'ended', ...(startedAt === undefined ? {} : { startedAt }), exit }
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? ''
}

function noSecrets(): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', 'A target of kind "command" cannot carry secrets.', {
    hint: 'Let the job read them from where it runs, or choose another target.',
  })
}

function noProgram(program: string, host: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `There is no program ${program} on ${host}.`, {
    hint: 'Install it there, or mend the target in runwright.yaml.',
  })
}
