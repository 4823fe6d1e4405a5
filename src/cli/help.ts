import { type CliCommand, type CliOption, commonOptionsOf } from './command.ts'

const exitCodeLine =
  'Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not found · 4 engine or storage unavailable · 130 cancelled'

/** What `runwright COMMAND --help` prints. */
export function commandHelp(command: CliCommand): string {
  const operands = command.operands
  const tail = operands === undefined ? '' : operands.afterDashes ? ` -- ${operands.usage}` : ` ${operands.usage}`
  const rows = Object.entries({ ...command.options, ...commonOptionsOf(command) }).map(optionRow)
  const notes = operands?.afterDashes
    ? [`${exitCodeLine}`, `Once it has started, the command's own exit code.`]
    : [exitCodeLine]
  return [
    `Usage: runwright ${command.name} [options]${tail}`,
    '',
    command.summary,
    ...(command.details === undefined ? [] : ['', command.details]),
    '',
    'Options:',
    ...columns(rows),
    '',
    'Example:',
    `  ${command.example}`,
    '',
    ...notes,
    '',
  ].join('\n')
}

/** What `runwright --help` prints. */
export function programHelp(commands: readonly CliCommand[]): string {
  return [
    'Usage: runwright COMMAND [options]',
    '',
    'Train, track and compare machine-learning runs.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    '"runwright COMMAND --help" shows its options and an example.',
    '',
    exitCodeLine,
    '',
  ].join('\n')
}

function optionRow([name, option]: [string, CliOption]): [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  const value = option.value === undefined ? '' : ` ${option.value}`
  return [`${short}--${name}${value}`, `${option.summary}.${option.multiple ? ' Repeatable.' : ''}`]
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
