import { RunwrightError } from '../../protocol/errors.ts'
import type { Shell, ShellResult } from '../../ssh/shell.ts'

/** What sbatch says when it will never take this job; all else may pass. */
const refusals =
  /nvalid partition|nvalid account|nvalid qos|nvalid feature|Invalid generic resource|node configuration is not available|can not be satisfied|cannot be satisfied|violates accounting|unrecognized option|invalid option|Invalid .*specification|Unable to open file|Access\/permission denied|exceeds|not allowed|No partition specified/i

/** The words that a program of Slurm's complains with, without its name. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^(\w+): (error: )?/, '').trim())
  const said = lines.filter((line) => line !== '')
  return said.length === 0 ? 'it gave no reason' : said.join(' ')
}

/**
 * The error for a submission that failed.
 *
 * @returns INVALID_PARAMETER_VALUE when Slurm will have nothing to do with the job; TEMPORARILY_UNAVAILABLE when it may
 *   have taken it
 */
export function explainRefusal(name: string, stderr: string): RunwrightError {
  const complaint = complaintOf(stderr)
  if (refusals.test(stderr)) {
    return new RunwrightError('INVALID_PARAMETER_VALUE', `Slurm on ${name} refuses the job: ${complaint}`, {
      hint: 'Compare the partition, account and resources with what `sinfo` shows.',
    })
  }
  return unreachable(name, complaint)
}

/** So long after its start a controller may refuse what it will take; on one node it was five seconds. */
const startMs = 20_000

/** How many nodes it knows nothing of yet, when it was started and what time it is there; the times as `date` tells them. */
const startQuestion = `sinfo --noheader --states=unknown --format='unknown %D'
scontrol show config | sed -n 's/^BOOT_TIME *= */started /p'
date '+now %Y-%m-%dT%H:%M:%S'`

/**
 * As `explainRefusal`. A controller that has just started does not know its nodes yet, and refuses as what no node could
 * run what it will take once they have told of themselves.
 */
export async function explainRefusedNodes(shell: Shell, stderr: string): Promise<RunwrightError> {
  const refusal = explainRefusal(shell.name, stderr)
  if (!/node configuration is not available/.test(stderr)) return refusal
  const said = await askSlurm(shell, ['sh', '-c', startQuestion])
  const timeOf = (name: 'started' | 'now') => Date.parse(new RegExp(`^${name} (.+)`, 'm').exec(said)?.[1] ?? '')
  const hasJustStarted = timeOf('now') - timeOf('started') < startMs
  if (!/^unknown /m.test(said) && !hasJustStarted) return refusal
  return unreachable(shell.name, 'its controller has just started and does not know all nodes yet.')
}

/**
 * Runs one of Slurm's programs that has to succeed.
 *
 * @throws INVALID_STATE when it is not installed, TEMPORARILY_UNAVAILABLE when it fails
 */
export async function askSlurm(shell: Shell, argv: readonly string[]): Promise<string> {
  const result = await shell.run(argv)
  if (result.code === 0) return result.stdout.toString()
  throw explainFailure(shell.name, result)
}

export function explainFailure(name: string, { code, stderr }: Pick<ShellResult, 'code' | 'stderr'>): RunwrightError {
  if (code === 127) {
    return new RunwrightError('INVALID_STATE', `Slurm's programs are not on the PATH of ${name}.`, {
      hint: 'Log in to a machine that has them: set `host` of the target in runwright.yaml.',
    })
  }
  return unreachable(name, complaintOf(stderr))
}

function unreachable(name: string, complaint: string): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', `Slurm on ${name} does not answer: ${complaint}`)
}
