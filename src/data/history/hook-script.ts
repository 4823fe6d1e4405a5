/** How this program is started, from a hook: by people who have other variables. */
export interface HookProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** As DVC's, and after a merge. */
export const hookNames = ['post-checkout', 'post-merge', 'pre-push'] as const
export type HookName = (typeof hookNames)[number]

/** By this line we know our own. */
const mark = '# Made by "runwright data hooks install".'

export function isOurs(text: string): boolean {
  return text.split('\n').includes(mark)
}

/**
 * What git runs. A hook that was there before runs first, with the same words and input. Where this program has gone
 * away, as with an old version of an editor, the one in the PATH is taken; without any, git goes on and says so.
 */
export function hookScript(name: HookName, { file, args, env }: HookProgram): string {
  const set = Object.entries(env).map(([key, value]) => `${key}=${quote(value)}`)
  const words = ['env', ...set, ...[file, ...args].map(quote)].join(' ')
  return `#!/bin/sh
${mark}
before="$0.before-runwright"
if [ -x "$before" ]; then
  if [ ${name} = pre-push ]; then
    refs=$(cat)
    printf '%s\\n' "$refs" | "$before" "$@" || exit $?
  else
    "$before" "$@" || exit $?
  fi
fi
if [ -x ${quote(file)} ] && [ -e ${quote(args[0] ?? file)} ]; then
  exec ${words} data git-hook ${name} "$@"
elif command -v runwright >/dev/null 2>&1; then
  exec runwright data git-hook ${name} "$@"
fi
echo 'runwright is no longer where it was: data was left as it is. "runwright data hooks install" mends this.' >&2
`
}

/** The command that git's settings have as a merge driver. */
export function driverCommand({ file, args, env }: HookProgram): string {
  const set = Object.entries(env).map(([key, value]) => `${key}=${quote(value)}`)
  // Git puts quotes around what it fills in, and takes a `%` of ours for its own.
  const words = [...set, ...[file, ...args].map(quote)].map((word) => word.replaceAll('%', '%%'))
  return [...words, 'data merge-driver %O %A %B %P'].join(' ')
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
