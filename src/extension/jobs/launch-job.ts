import { execFile } from 'node:child_process'
import { parseErrorBody, RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { type JobId, parseJobId } from '../../protocol/jobs.ts'
import { localize } from '../localize.ts'
import type { CommandContext } from '../context.ts'
import { type LaunchSettings, toTrainWords } from './launch-settings.ts'

/**
 * Launches a job by `runwright train`: it records the state of the code and the environment, sends the launch again
 * with the same key should the engine die, and is the same as in a terminal.
 *
 * @param folder absolute path of the workspace folder
 * @param secrets values of those that the profile names; they are in the environment of the command line alone
 * @throws what the engine or the command line refuses
 */
export function launchJob(
  context: Pick<CommandContext, 'cli'>,
  folder: string,
  settings: LaunchSettings,
  secrets: Readonly<Record<string, string>>,
): Promise<JobId> {
  return launchByWords(context, folder, toTrainWords(settings), secrets)
}

/**
 * The same with any options.
 *
 * @param words of `runwright train`
 */
export async function launchByWords(
  { cli }: Pick<CommandContext, 'cli'>,
  folder: string,
  words: readonly string[],
  secrets: Readonly<Record<string, string>> = {},
): Promise<JobId> {
  const args = [...cli.args, 'train', '--detach', '--json', `--workspace=${folder}`, ...words]
  const { stdout, stderr } = await runToEnd(cli.file, args, {
    cwd: folder,
    env: { ...process.env, ...cli.env, ...secrets },
  })
  const jobId = findJobId(parseForeignJson(stdout))
  if (jobId !== undefined) return jobId
  throw readError(stderr)
}

/** Exported for its test. The error that the command line has written as JSON, after whatever it said before. */
export function readError(stderr: string): RunwrightError {
  const body = parseForeignJson(stderr.trim().split('\n').at(-1) ?? '')
  if (isRecord(body) && typeof body['error_code'] === 'string') return parseErrorBody(body, 500)
  const text = localize('The job could not be launched: {text}', { text: stderr.trim() })
  return new RunwrightError('INTERNAL_ERROR', text)
}

function findJobId(answer: unknown): JobId | undefined {
  const [job]: readonly unknown[] = isRecord(answer) && Array.isArray(answer['jobs']) ? answer['jobs'] : []
  return isRecord(job) && typeof job['jobId'] === 'string' ? parseJobId(job['jobId']) : undefined
}

function runToEnd(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // How it ended, what it has written says better than its exit code.
    execFile(file, args, { ...options, maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
      resolve({ stdout, stderr: stderr === '' && error !== null ? error.message : stderr }),
    )
  })
}
