import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type DataProgress, parseDataProgress } from '../../protocol/data-progress.ts'
import { parseErrorBody, RunwrightError } from '../../protocol/errors.ts'
import { type ImportProgress, parseImportProgress } from '../../protocol/import-progress.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'

/** How the bundled command line is started: its program, and what comes before its words. */
export interface CommandLine {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface CommandLineCall {
  /** Absolute path of the folder it stands in. */
  readonly folder: string
  /** The command and its options, as in a terminal. */
  readonly words: readonly string[]
  /** Files and folders; whatever they are called, none is taken for an option. */
  readonly operands?: readonly string[]
  readonly signal?: AbortSignal
  progress?(progress: DataProgress): void
  importProgress?(progress: ImportProgress): void
  /** It begins with something else, which it says in its own words. */
  step?(name: string): void
}

/** Lines of messages that are kept for an error. */
const keptLines = 50

/**
 * Runs our command line in a process of its own and reads what it prints as JSON. It is cancelled as by Ctrl+C, and then
 * leaves everything in a state that the next command understands.
 *
 * @throws CANCELLED; what the command throws; INTERNAL_ERROR when it prints no JSON
 */
export async function askCommandLine(cli: CommandLine, call: CommandLineCall): Promise<unknown> {
  const { folder, words, operands = [], signal } = call
  throwIfCancelled(signal)
  const args = [...cli.args, ...words, '--json', '--progress-json', '--', ...operands]
  const child = spawn(cli.file, args, {
    cwd: folder,
    env: { ...process.env, ...cli.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const cancel = () => void child.kill('SIGINT')
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const [exitCode, printed, messages] = await Promise.all([
      ended,
      text(child.stdout),
      readMessages(child.stderr, call),
    ])
    throwIfCancelled(signal)
    // Some commands print what they found and end with another code than 0 for it.
    return parseForeignJson(printed) ?? throwFailure(words, exitCode, messages)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

async function readMessages(
  output: NodeJS.ReadableStream,
  { progress, importProgress, step }: Pick<CommandLineCall, 'progress' | 'importProgress' | 'step'>,
): Promise<readonly string[]> {
  const messages: string[] = []
  for await (const line of createInterface({ input: output })) {
    const [told, imported, begun] = [parseDataProgress(line), parseImportProgress(line), parseStep(line)]
    if (told !== undefined) progress?.(told)
    else if (imported !== undefined) importProgress?.(imported)
    else if (begun !== undefined) step?.(begun)
    else messages.push(line)
    if (messages.length > keptLines) messages.shift()
  }
  return messages
}

/** `{"step": "…"}`, as commands write it that go through steps. */
function parseStep(line: string): string | undefined {
  const value = parseForeignJson(line)
  return isRecord(value) && typeof value['step'] === 'string' ? value['step'] : undefined
}

function throwFailure(words: readonly string[], exitCode: number | null, messages: readonly string[]): never {
  const body = messages.map(parseForeignJson).find((value) => isRecord(value) && 'error_code' in value)
  if (body !== undefined) throw parseErrorBody(body, 500)
  const said = messages.join('\n').trim()
  const how = said === '' ? `ended with exit code ${exitCode ?? 'none'} and said nothing.` : `failed: ${said}`
  throw new RunwrightError('INTERNAL_ERROR', `runwright ${words.join(' ')} ${how}`)
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RunwrightError('CANCELLED', 'Cancelled.')
}
