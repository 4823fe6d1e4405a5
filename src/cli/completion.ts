import { type CliCommand, type CliOptions, commonOptionsOf } from './command.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export function isShell(text: string | undefined): text is Shell {
  return shells.some((shell) => shell === text)
}

/** The completion script for a shell, from the definitions of the commands. */
export function completionScript(shell: Shell, commands: readonly CliCommand[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](listContexts(commands))
}

/** What may come next after some words of a command line. */
interface Context {
  /** The words before, separated by one space; empty for the beginning. */
  readonly after: string
  readonly words: readonly { readonly word: string; readonly summary: string }[]
  readonly options: readonly { readonly flag: string; readonly summary: string; readonly takesValue: boolean }[]
}

function listContexts(commands: readonly CliCommand[]): Context[] {
  const contexts = commands.map((command) => ({
    after: command.name,
    words: [],
    options: listFlags({ ...command.options, ...commonOptionsOf(command) }),
  }))
  const groups = [...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : [])))]
  const inGroup = (group: string) => commands.filter(({ name }) => name.startsWith(`${group} `))
  const first = [
    ...commands.filter(({ name }) => !name.includes(' ')).map(({ name, summary }) => ({ word: name, summary })),
    ...groups.map((group) => ({
      word: group,
      summary: inGroup(group)
        .map(({ name }) => name)
        .join(', '),
    })),
  ]
  const second = groups.map((group) => ({
    after: group,
    words: inGroup(group).map(({ name, summary }) => ({ word: name.slice(group.length + 1), summary })),
    options: [],
  }))
  return [
    { after: '', words: first.toSorted((a, b) => (a.word < b.word ? -1 : 1)), options: [] },
    ...second,
    ...contexts,
  ]
}

function listFlags(options: CliOptions): Context['options'] {
  return Object.entries(options).map(([name, { summary, type }]) => ({
    flag: `--${name}`,
    summary,
    takesValue: type === 'string',
  }))
}

/** Words before the cursor, without options and what follows `--`, choose the context. Shared by bash and zsh. */
const scan = (words: string, last: string) => `  local path="" word i
  for ((i = ${words === 'words' ? 2 : 1}; i < ${last}; i++)); do
    word="\${${words}[i]}"
    case "$word" in
      --) FOREIGN ;;
      -*) ;;
      *) path="\${path:+$path }$word" ;;
    esac
  done`

/** Longer paths first, so that a command's own operands do not look like a shorter command. */
function cases(contexts: readonly Context[], body: (context: Context) => string): string {
  return contexts
    .toSorted((a, b) => b.after.length - a.after.length)
    .map((context) => {
      const pattern = context.after === '' ? `""` : `"${context.after}" | "${context.after} "*`
      return `    ${pattern}) ${body(context)} ;;`
    })
    .join('\n')
}

function bashScript(contexts: readonly Context[]): string {
  const body = ({ words, options }: Context) =>
    `candidates="${[...words.map(({ word }) => word), ...options.map(({ flag }) => flag)].join(' ')}"`
  return `# bash completion for runwright: source this, or put it where bash-completion finds it.
_runwright() {
  local current="\${COMP_WORDS[COMP_CWORD]}" candidates=""
${scan('COMP_WORDS', 'COMP_CWORD').replace('FOREIGN', 'COMPREPLY=(); return')}
  case "$path" in
${cases(contexts, body)}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _runwright runwright
`
}

function zshScript(contexts: readonly Context[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const item = (word: string, summary: string) => quote(`${word}:${summary.replaceAll(':', '\\:')}`)
  const body = ({ words, options }: Context) =>
    `candidates=(${[
      ...words.map(({ word, summary }) => item(word, summary)),
      ...options.map(({ flag, summary }) => item(flag, summary)),
    ].join(' ')})`
  return `#compdef runwright
# zsh completion for runwright: put this in a folder of $fpath as _runwright.
_runwright() {
  local -a candidates
${scan('words', 'CURRENT').replace('FOREIGN', '_files; return')}
  case "$path" in
${cases(contexts, body)}
  esac
  _describe 'runwright' candidates || _files
}
compdef _runwright runwright
`
}

function fishScript(contexts: readonly Context[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const seen = (after: string) =>
    after
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
  const lines = contexts.flatMap(({ after, words, options }) => {
    const siblings = words.map(({ word }) => word).join(' ')
    const when =
      after === ''
        ? '__fish_use_subcommand'
        : words.length > 0
          ? `${seen(after)}; and not __fish_seen_subcommand_from ${siblings}`
          : seen(after)
    return [
      ...words.map(({ word, summary }) => `complete -c runwright -n '${when}' -f -a ${word} -d ${quote(summary)}`),
      ...options.map(
        ({ flag, summary, takesValue }) =>
          `complete -c runwright -n '${when}' -l ${flag.slice(2)}${takesValue ? ' -r' : ''} -d ${quote(summary)}`,
      ),
    ]
  })
  return `# fish completion for runwright: put this in ~/.config/fish/completions/runwright.fish.\n${lines.join('\n')}\n`
}
