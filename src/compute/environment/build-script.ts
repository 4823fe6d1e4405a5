import { posix } from 'node:path'
import { quotePath, quoteWord } from '../../ssh/quote.ts'
import type { EnvironmentPlan } from './plan.ts'
import { codeVariable } from './requirements.ts'

export interface EnvironmentPlace {
  /** Where environments are kept on the target: absolute, or in the home of the user, as `~/.runwright/environments`. */
  readonly store: string
  /** The folder with the job's code there. */
  readonly code: string
  /**
   * Seconds without a sign of life after which a build on another machine, which shares this store, is taken for dead.
   * Default: 60.
   */
  readonly patienceSeconds?: number
}

/** What the script ends with when an environment could not be built. */
export const buildFailedCode = 78

/**
 * A program of a POSIX shell that builds an environment where it is not there yet, and ends when it is there. What it
 * prints is for the job's log.
 *
 * An environment is the link `KEY`, which appears when all is in place; it leads to the folder `KEY.N` of the build that
 * was first. Builds count: who builds as N has made the folder `KEY.N.lock`, which only one can, and writes there that
 * it lives. When it does not any more, or has failed, the next is N + 1 and builds in a folder of its own, so that
 * nothing of a dead build, or of one that was only asleep, gets into it.
 */
export function buildScript({ lock, builder, key }: EnvironmentPlan, place: EnvironmentPlace): string {
  const folder = posix.dirname(lock.path)
  const build = { ...commands, npm: npmCommands(lock.copies) }[builder]
  return `set -u
umask 077
store=${quotePath(place.store)}
key=${key}
env=$store/$key
${codeVariable}=$(cd ${quotePath(place.code)} && pwd) || exit ${buildFailedCode}
export ${codeVariable}
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX
patience=${place.patienceSeconds ?? 60}
what=${quoteWord(lock.path)}
host=$(uname -n)
say() { printf 'runwright: %s\\n' "$*"; }
give_up() {
  say "$*"
  exit ${buildFailedCode}
}
requirements() {
  printf %s ${quoteWord(lock.requirements ?? '')}
}
build() {
  cd "$${codeVariable}/"${quoteWord(folder)} || return
${build}
}
${lockFunctions}
mkdir -p "$store" || give_up "cannot write environments to $store"
${loop}`
}

const pip = 'pip install --disable-pip-version-check --no-input --progress-bar off'

/** A path that stands in requirements cannot be quoted: the code gets one without blanks and quotes. */
const plainPath = `  ln -s "$${codeVariable}" "$lock/code" && ${codeVariable}=$lock/code || return`

const commands = {
  'uv-sync': `  UV_PROJECT_ENVIRONMENT=$1 uv sync --frozen --no-install-workspace --no-progress`,
  'uv-pip': `${plainPath}
  requirements >"$lock/requirements.txt" && uv venv --quiet "$1" &&
    uv pip install --no-progress --python "$1/bin/python" -r "$lock/requirements.txt"`,
  pip: `${plainPath}
  python=python3
  command -v python3 >/dev/null 2>&1 || python=python
  requirements >"$lock/requirements.txt" && "$python" -m venv "$1" &&
    "$1/bin/python" -m ${pip} -r "$lock/requirements.txt"`,
  mamba: `  mamba env create --yes --quiet --prefix "$1" --file "\${what##*/}"`,
  conda: `  conda env create --yes --quiet --prefix "$1" --file "\${what##*/}"`,
  micromamba: `  micromamba create --yes --quiet --prefix "$1" --file "\${what##*/}"`,
}

function npmCommands(copies: readonly string[]): string {
  const lines = copies.map((copy) => {
    const into = `"$1/"${quoteWord(posix.dirname(copy))}`
    return `  mkdir -p ${into} && cp ${quoteWord(copy)} ${into} || return`
  })
  return [...lines, '  cd "$1" && npm ci --no-audit --no-fund --no-progress'].join('\n')
}

const lockFunctions = `
# The newest build, in n; 0 where there is none.
newest() {
  n=0
  ls "$store" >/dev/null
  while [ -d "$env.$((n + 1)).lock" ]; do n=$((n + 1)); done
}
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo -; }
birth() {
  if [ -r "/proc/$1/stat" ]; then
    read -r line <"/proc/$1/stat" && set -- \${line##*) } && [ "$1" != Z ] && shift 19 && echo "$1"
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _
  fi
}
# Whether the newest build is over. Somewhere else only its signs of life tell; they are counted here, for clocks differ.
is_over() {
  [ ! -e "$lock/failed" ] || return 0
  if read -r pid born booted where 2>/dev/null <"$lock/owner" && [ "$where" = "$host" ]; then
    [ "$booted" = "$(boot)" ] && [ "$(birth "$pid")" = "$born" ] && return 1
    return 0
  fi
  sign=$(cat "$lock/beat" 2>/dev/null)
  if [ "$sign" != "$seen" ]; then
    seen=$sign
    silent=0
  fi
  [ "$silent" -ge "$patience" ]
}
beat() {
  count=0
  while kill -0 $$ 2>/dev/null; do
    count=$((count + 1))
    echo "$$ $count" >"$lock/beat.new" && mv -f "$lock/beat.new" "$lock/beat"
    sleep 2
  done
}
`

const loop = `told=
seen=
silent=0
last=0
while [ ! -d "$env/." ]; do
  newest
  lock=$env.$n.lock
  [ "$n" = "$last" ] || { last=$n seen= silent=0; }
  if [ "$n" = 0 ] || is_over; then
    n=$((n + 1))
    lock=$env.$n.lock
    mkdir "$lock" 2>/dev/null || continue
    # It may have been finished just before.
    [ ! -d "$env/." ] || { rmdir "$lock"; break; }
    echo "$$ $(birth $$) $(boot) $host" >"$lock/owner.new" && mv "$lock/owner.new" "$lock/owner"
    rm -rf "$env.$n"
    # A link that leads nowhere: somebody has removed the folder.
    [ ! -h "$env" ] || [ -d "$env/." ] || rm -f "$env"
    beat </dev/null >/dev/null 2>&1 &
    beat=$!
    trap 'kill "$beat" 2>/dev/null; [ -d "$env/." ] || { : >"$lock/failed"; rm -rf "$env.$n"; }' EXIT
    trap 'exit 143' HUP INT TERM
    say "builds the environment of $what"
    (build "$env.$n") </dev/null || {
      [ ! -d "$env/." ] || { rm -rf "$env.$n"; break; }
      give_up "the environment of $what could not be built"
    }
    # Only one can make the link.
    ln -sn "$key.$n" "$env" 2>/dev/null || { rm -rf "$env.$n"; break; }
    say "the environment of $what is ready"
    while [ "$n" -gt 0 ]; do
      [ "$(readlink "$env")" = "$key.$n" ] || rm -rf "$env.$n"
      rm -rf "$env.$n.lock"
      n=$((n - 1))
    done
    break
  fi
  [ -n "$told" ] || say "waits for the environment of $what, which another job builds"
  told=yes
  silent=$((silent + 1))
  sleep 1
done
[ -d "$env/." ] || give_up "the environment of $what could not be built"
`
