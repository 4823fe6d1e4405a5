import type { TransferChoice } from '../data/transfer-choice.ts'
import type { TransferResult } from '../data/transfer-result.ts'
import { toErrorBody } from '../protocol/errors.ts'
import { formatInteger, formatSize } from '../protocol/quantities.ts'
import { type CliInput, exitCodes } from './command.ts'
import type { CliContext } from './context.ts'
import type { OpenedData } from './open-data.ts'
import { exitCodeOf } from './program.ts'
import { printable, toJson } from './text.ts'

/** Objects that are named to people; JSON has more. */
const namedFailures = 10

/** Options of the commands that move data between the cache and remotes. */
export const transferOptions = {
  remote: { type: 'string', short: 'r', value: 'NAME', summary: 'This remote instead of the default one' },
  'all-branches': { type: 'boolean', short: 'a', summary: 'Also the data of all branches' },
  'all-tags': { type: 'boolean', short: 'T', summary: 'Also the data of all tags' },
  'all-commits': { type: 'boolean', short: 'A', summary: 'Also the data of all commits' },
} as const

/** What is chosen by the options and operands of such a command. */
export async function chooseTransfer(
  { env }: Pick<CliContext, 'env'>,
  { repository, work, toPaths }: OpenedData,
  options: CliInput<typeof transferOptions>['options'],
  operands: readonly string[],
): Promise<TransferChoice> {
  const { listVersions } = await import('../data/list-versions.ts')
  const ranges = (['branches', 'tags', 'commits'] as const).filter((range) => options[`all-${range}`])
  const paths = operands.length === 0 ? undefined : toPaths(operands)
  return { paths, remote: options.remote, others: await listVersions(repository, ranges, env, work), env }
}

/**
 * Tells what came of a transfer.
 *
 * @param verb as `Pushed`
 * @param more fields for JSON
 * @returns the exit code: that of the first failure, if there is one
 */
export function tellTransfer(
  { stdout, stderr }: Pick<CliContext, 'stdout' | 'stderr'>,
  verb: string,
  { movedCount, movedBytes, presentCount, failedCount, failures }: TransferResult,
  { json, more = {} }: { readonly json: boolean; readonly more?: object },
): number {
  if (json) {
    const told = failures.map(({ key, path, error }) => ({ key, path, error: toErrorBody(error) }))
    stdout.write(toJson({ movedCount, movedBytes, presentCount, failedCount, failures: told, ...more }))
  } else {
    const count = (value: number) => `${formatInteger(value)} ${value === 1 ? 'object' : 'objects'}`
    const there = presentCount === 0 ? '' : `; ${count(presentCount)} were there`
    stdout.write(`${verb} ${count(movedCount)}, ${formatSize(movedBytes)}${there}.\n`)
    for (const { path, error } of failures.slice(0, namedFailures)) {
      stderr.write(`${printable(path)}: ${printable(error.message)}\n`)
    }
    if (failedCount > namedFailures) stderr.write(`… and ${count(failedCount - namedFailures)} more.\n`)
    const hint = failures[0]?.error.hint
    if (hint !== undefined) stderr.write(`  ${hint}\n`)
  }
  const [first] = failures
  return first === undefined ? exitCodes.ok : exitCodeOf(first.error.code)
}
