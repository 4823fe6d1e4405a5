import { RunwrightError } from '../../protocol/errors.ts'
import type { AttemptKey } from '../target.ts'
import { isAttemptKey } from './attempt-key.ts'
import { parseExitRecord } from '../wrapper/exit-record.ts'
import type { ExitRecord } from '../wrapper/exit-record.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { quoteWord } from '../../ssh/quote.ts'
import type { Shell, ShellResult } from '../../ssh/shell.ts'

/** What the folder of an attempt says of it. */
export type FolderState =
  /** No start has claimed it: its command has not run. `hasFolder` tells whether a submission got that far. */
  | { readonly state: 'unclaimed'; readonly hasFolder: boolean }
  /** Claimed and not ended. On another machine it is alive when it has said so within two minutes. */
  | { readonly state: 'claimed'; readonly startedAt: number; readonly isAlive: boolean }
  | { readonly state: 'ended'; readonly record: ExitRecord }

/** Touched every half a minute by whoever runs an attempt where its submitter cannot see its processes. */
export const beatFile = 'claim/beat'

/** Where attempts have their folders on other machines, unless the target says something else. */
export const defaultFolder = '~/.runwright/jobs'

/** The folders of attempts on a machine, `ROOT/KEY`, over its shell. Every method is one call. */
export interface JobFolders {
  /**
   * Makes the folder of an attempt, or takes the one that an earlier submission has left, and goes on with `then` in it:
   * a piece of a POSIX shell program whose first failing command ends it. What it prints is the result.
   *
   * @throws STORAGE_FULL, STORAGE_READ_ONLY; then nothing is left that was not there before
   */
  place(key: AttemptKey, files: Readonly<Record<string, string>>, then: string): Promise<string>
  /**
   * Writes a little where folders would come to lie, takes it away again, and goes on with `then`, as `place` does.
   * Makes no folder.
   *
   * @throws STORAGE_FULL, STORAGE_READ_ONLY
   */
  probe(then: string): Promise<string>
  states(keys: readonly AttemptKey[]): Promise<Map<AttemptKey, FolderState>>
  /** Looks for files and folders of these names in those of all attempts; the result tells who has one. */
  listHaving(names: readonly string[]): Promise<(name: string) => ReadonlySet<AttemptKey>>
  /**
   * Claims attempts that nobody has claimed, and takes from those that were preempted the right to begin again.
   *
   * @returns those of which no start can begin any more by this
   */
  fence(keys: readonly AttemptKey[]): Promise<ReadonlySet<AttemptKey>>
  readLog(key: AttemptKey, offset: number, maxBytes: number): Promise<Uint8Array>
  /** Small text files of that name, of those attempts that have one: the last 64 KiB of each. */
  readFiles(keys: readonly AttemptKey[], name: string): Promise<Map<AttemptKey, string>>
  /** Runs a program in the attempt's folder; false when there is no such folder. */
  enter(key: AttemptKey, program: string): Promise<boolean>
  remove(key: AttemptKey): Promise<void>
  /** The shell's program that prints a line of `ls -ln` for each file that grows or comes, whenever there is news. */
  readonly followProgram: string
}

/** @param root absolute, or in the home of the user there, as `~/.runwright/jobs` */
export function createJobFolders(shell: Shell, root: string): JobFolders {
  const prologue = `umask 077\n${rootProgram(root)}\n`
  const run = async (program: string): Promise<ShellResult> => shell.run(['sh'], { stdin: prologue + program })
  const check = (result: ShellResult): string => {
    if (result.code === 0) return result.stdout.toString()
    throw explainFailure(shell.name, root, result)
  }
  return {
    place: async (key, files, then) => check(await run(placeProgram(key, files, then))),
    probe: async (then) => check(await run(`${probeProgram}${then}\n`)),
    async states(keys) {
      if (keys.length === 0) return new Map()
      return parseStates(keys, check(await run(statesProgram(keys))))
    },
    async listHaving(names) {
      const paths = check(await run(listHavingProgram(names))).split('\n')
      const found = paths.map((path) => path.split('/'))
      return (name) => new Set(found.flatMap(([key = '', file]) => (file === name && isAttemptKey(key) ? [key] : [])))
    },
    async fence(keys) {
      if (keys.length === 0) return new Set()
      const said = check(await run(fenceProgram(keys)))
      return new Set(said.split('\n').filter(isAttemptKey))
    },
    async readLog(key, offset, maxBytes) {
      const program = `cd "$root/${key}" 2>/dev/null || exit 0\n[ -e ${jobFiles.log} ] || exit 0
tail -c +${offset + 1} ${jobFiles.log} | head -c ${maxBytes}\n`
      const result = await run(program)
      check(result)
      return result.stdout
    },
    async readFiles(keys, name) {
      if (keys.length === 0) return new Map()
      const said = check(await run(readFilesProgram(keys, name)))
      // Each line stands behind its key, and a line of ours never holds a key by accident.
      const lines = said.split('\n').flatMap((line) => {
        const key = line.slice(0, line.indexOf(' '))
        return isAttemptKey(key) ? [{ key, line: line.slice(key.length + 1) }] : []
      })
      const grouped = Map.groupBy(lines, ({ key }) => key)
      return new Map([...grouped].map(([key, own]) => [key, own.map(({ line }) => line).join('\n')]))
    },
    async enter(key, program) {
      const text = check(await run(`cd "$root/${key}" 2>/dev/null || { echo none; exit 0; }\n${program}\n`))
      return text !== 'none\n'
    },
    async remove(key) {
      check(await run(`[ ! -d "$root/${key}" ] || rm -rf -- "$root/${key}"\n`))
    },
    followProgram: prologue + followProgram,
  }
}

/** Sets `root`. */
function rootProgram(root: string): string {
  return root.startsWith('~/') ? `root=$HOME/${quoteWord(root.slice(2))}` : `root=${quoteWord(root)}`
}

/** How the program of `place` exits when it has not come to `then`. */
const cannotPlace = 90

function placeProgram(key: AttemptKey, files: Readonly<Record<string, string>>, then: string): string {
  const writes = Object.entries(files).map(([name, text]) => `printf %s ${quoteWord(text)} >"$new/${name}" || fail`)
  return [
    `fresh=`,
    `fail() { [ -z "$fresh" ] || { cd / && rm -rf -- "$root/${key}"; }; exit ${cannotPlace}; }`,
    `mkdir -p "$root" || exit ${cannotPlace}`,
    `if mkdir "$root/${key}" 2>/dev/null; then fresh=yes; fi`,
    `cd "$root/${key}" || fail`,
    // Each complete or not at all: a start of an earlier submission may just be reading them.
    'new=new.$$',
    'mkdir "$new" || fail',
    ...writes,
    'mv -f "$new"/* . && rmdir "$new" || fail',
    'set -e',
    then,
    '',
  ].join('\n')
}

/** One mebibyte: a full file system may still have room for an empty file. */
const probeProgram = `probe=$root
until [ -d "$probe/" ]; do probe=\${probe%/*}; done
probe=$probe/.runwright-probe.$$
LC_ALL=C head -c 1048576 /dev/zero >"$probe" || { rm -f "$probe"; exit ${cannotPlace}; }
rm -f "$probe"
`

function listHavingProgram(names: readonly string[]): string {
  return `cd "$root" 2>/dev/null || exit 0
ls -d -- ${names.map((name) => `*/${name}`).join(' ')} 2>/dev/null || :
`
}

function fenceProgram(keys: readonly AttemptKey[]): string {
  return `cd "$root" 2>/dev/null || exit 0
shut() { mkdir "$1/${jobFiles.claim}" || { rmdir "$1/${jobFiles.requeue}" && mkdir "$1/${jobFiles.shut}"; } || [ -d "$1/${jobFiles.shut}" ]; }
for key in ${keys.join(' ')}; do
  if shut "$key" 2>/dev/null; then echo "$key"; fi
done
`
}

function readFilesProgram(keys: readonly AttemptKey[], name: string): string {
  return `cd "$root" 2>/dev/null || exit 0
for key in ${keys.join(' ')}; do
  [ ! -s "$key/${name}" ] || tail -c 65536 "$key/${name}" | while IFS= read -r line; do echo "$key $line"; done
done
`
}

function statesProgram(keys: readonly AttemptKey[]): string {
  return `cd "$root" 2>/dev/null || exit 0
host=$(uname -n)
${bootProgram}
${aliveFunctions}
say() {
  # Whoever comes into a folder sees on a network file system, too, what others have just put there.
  cd "$root/$1" 2>/dev/null || return 0
  ls >/dev/null
  if [ -s ${jobFiles.exit} ]; then
    read -r line <${jobFiles.exit}
    echo "$1 ended $line"
  elif [ -s ${jobFiles.owner} ]; then
    read -r pid birth at started where <${jobFiles.owner}
    life=dead
    if is_alive ${jobFiles.owner} || is_alive ${jobFiles.parent}; then life=alive
    elif [ "$where" != "$host" ] && [ -e ${beatFile} ] && [ -n "$(find ${beatFile} -mmin -2)" ]; then life=alive; fi
    # It may have ended between the two looks.
    if [ -s ${jobFiles.exit} ]; then
      read -r line <${jobFiles.exit}
      echo "$1 ended $line"
    else echo "$1 claimed $started $life"; fi
  elif [ -d ${jobFiles.claim} ]; then echo "$1 claimed 0 dead"
  else echo "$1 unclaimed"; fi
  cd "$root"
}
for key in ${keys.join(' ')}; do say "$key"; done
`
}

/** Sets `boot`: which boot of the machine this is, `-` where the system does not say. */
export const bootProgram = `boot=-
[ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot </proc/sys/kernel/random/boot_id`

/**
 * `is_alive FILE` for a file that names a process as the wrapper does (`PID BIRTH BOOT`), with `boot` of this machine:
 * a process that merely has the id of one that is gone is not taken for it.
 */
export const aliveFunctions = `is_alive() {
  [ -s "$1" ] || return 1
  read -r a_pid a_birth a_boot a_rest <"$1"
  [ "$a_boot" = "$boot" ] || return 1
  if [ -r "/proc/$a_pid/stat" ]; then
    read -r a_line <"/proc/$a_pid/stat" || return 1
    a_field 20 \${a_line##*) }
  else
    [ ! -r /proc/self/stat ] || return 1
    a_found=$(ps -o lstart= -p "$a_pid" | tr -s ' ' _)
  fi
  [ "$a_found" = "$a_birth" ]
}
a_field() { shift "$1"; a_found=$1; }`

function parseStates(keys: readonly AttemptKey[], text: string): Map<AttemptKey, FolderState> {
  const said = new Map(
    text.split('\n').map((line): [string, string] => {
      const end = line.indexOf(' ')
      return [line.slice(0, end), line.slice(end + 1)]
    }),
  )
  return new Map(keys.map((key) => [key, parseState(said.get(key))]))
}

function parseState(line: string | undefined): FolderState {
  if (line === undefined) return { state: 'unclaimed', hasFolder: false }
  const record = line.startsWith('ended ') ? parseExitRecord(line.slice('ended '.length)) : undefined
  if (record !== undefined) return { state: 'ended', record }
  const [word, startedAt, life] = line.split(' ')
  if (word === 'unclaimed') return { state: 'unclaimed', hasFolder: true }
  return { state: 'claimed', startedAt: Number(startedAt), isAlive: life === 'alive' }
}

/** The empty line tells an unreachable reader's end to the loop, and its life to the reader. */
const followProgram = `mkdir -p "$root"
old=none
quiet=0
while :; do
  new=$(cd "$root" 2>/dev/null && ls -lnd -- */${jobFiles.claim} */${jobFiles.log} */${jobFiles.exit} 2>/dev/null)
  if [ "$new" != "$old" ]; then
    old=$new
    printf '%s\\n.\\n' "$new" || exit
    quiet=0
  elif [ "$quiet" -ge 25 ]; then
    echo || exit
    quiet=0
  fi
  quiet=$((quiet + 1))
  sleep 0.2 || sleep 1
done
`

function explainFailure(name: string, root: string, { code, stderr }: ShellResult): RunwrightError {
  const said = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  if (/No space left|Disk quota exceeded/i.test(stderr)) {
    return new RunwrightError('STORAGE_FULL', `There is no space left for ${root} on ${name}.`, {
      hint: 'Free some, or set another folder for the target in runwright.yaml.',
    })
  }
  if (/Permission denied|Read-only file system/i.test(stderr)) {
    return new RunwrightError('STORAGE_READ_ONLY', `The folder ${root} on ${name} cannot be written: ${said}`, {
      hint: 'Make it writable, or set another folder for the target in runwright.yaml.',
    })
  }
  const words = `A command on ${name} failed: ${said === '' ? `exit code ${code}` : said}`
  // Later than that something may have begun, and an error that says otherwise would start it twice.
  return new RunwrightError(code === cannotPlace ? 'INVALID_STATE' : 'TEMPORARILY_UNAVAILABLE', words)
}
