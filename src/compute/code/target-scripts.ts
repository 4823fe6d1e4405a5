import { quotePath, quoteWord } from '../../ssh/quote.ts'

/** A repository on the target, and the tree of it that is meant. */
export interface StoredTree {
  /** Path of the bare repository there. */
  readonly repository: string
  readonly tree: string
}

/** A tree in a folder of the code; `path` is relative to it, and empty for the code itself. */
export interface PlacedTree extends StoredTree {
  readonly path: string
}

/** Trees that no job has used for so many days are let go of. */
const keptDays = 30
const refs = 'refs/runwright/trees'

/** Settings of the user there would run filters and hooks. */
const prologue = `set -eu
umask 077
export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR
`

/** Prints \`none\` where there is no git, else a line \`repository NUMBER\` for each, and below it the trees it has. */
export function listTreesScript(repositories: readonly string[]): string {
  const lists = repositories.map(
    (repository, index) => `echo "repository ${index}"
[ ! -s ${quotePath(repository)}/info/attributes ] || git --git-dir=${quotePath(repository)} for-each-ref --format='%(objectname)' ${refs}`,
  )
  return `${prologue}command -v git >/dev/null 2>&1 || { echo none; exit 0; }\n${lists.join('\n')}\n`
}

/**
 * Takes a pack from its input. The tree gets its name only when it is there with all that it consists of; until then
 * nobody takes what has come for code.
 */
export function receivePackScript({ repository, tree }: StoredTree): string {
  const format = tree.length === 64 ? 'sha256' : 'sha1'
  return `${prologue}repo=${quotePath(repository)}
[ -s "$repo/info/attributes" ] || {
  # On a full disk nothing by half is left.
  mkdir -p "$repo" &&
    git init --quiet --bare --template= --object-format=${format} "$repo" &&
    mkdir -p "$repo/info" "$repo/used" &&
    echo '* -filter -ident' >"$repo/info/attributes.$$" && [ -s "$repo/info/attributes.$$" ] &&
    mv -f "$repo/info/attributes.$$" "$repo/info/attributes" || {
    rm -rf "$repo"
    exit 1
  }
}
cd "$repo"
git --git-dir=. index-pack --stdin --fix-thin >/dev/null
git --git-dir=. rev-list --objects --quiet ${tree}
git --git-dir=. update-ref ${refs}/${tree} ${tree}
: >"used/${tree}"
find used -type f -mtime +${keptDays} | while read -r old; do
  git --git-dir=. update-ref -d "${refs}/\${old##*/}"
  rm -f "$old"
done
find objects -type f -name 'tmp_*' -mtime +1 -exec rm -f {} +
git --git-dir=. gc --auto --quiet </dev/null >/dev/null 2>&1 || :
`
}

/** Writes trees that the target has into a folder, which appears when all is in it. Nothing happens where it is there. */
export function checkOutScript(trees: readonly PlacedTree[], folder: string, beside: string): string {
  const writes = trees.map(
    ({ repository, tree, path }) => `repo=${quotePath(repository)}
into=${placeIn(path)}
mkdir -p "$into"
rm -f "$beside.index"
GIT_INDEX_FILE="$beside.index" GIT_WORK_TREE="$into" git --git-dir="$repo" -c core.bare=false read-tree --reset -u ${tree}
: >"$repo/used/${tree}"`,
  )
  return `${besideScript(folder, beside)}
trap 'rm -rf "$beside" "$beside.index"' EXIT
trap 'exit 1' HUP INT TERM
${writes.join('\n')}
${publish}`
}

/** Takes a tar from its input, whose last entry is the file \`mark\`: what is cut short has none. */
export function receiveTarScript(path: string, folder: string, beside: string, mark: string): string {
  return `${besideScript(folder, beside)}
into=${placeIn(path)}
mkdir -p "$into"
tar -x -f - -C "$into" && rm "$into/"${quoteWord(mark)} || {
  rm -rf "$beside"
  exit 1
}
`
}

/** What the tars of all parts have made becomes the folder. */
export function publishScript(folder: string, beside: string): string {
  return `${besideScript(folder, beside)}
${publish}`
}

export function removeScript(beside: string): string {
  return `rm -rf ${quotePath(beside)}\n`
}

/** Removes repositories that are damaged, and prints `removed` if there were any: all in them is sent again. */
export function repairScript(repositories: readonly string[]): string {
  const checks = repositories.map(
    (repository) => `repo=${quotePath(repository)}
[ ! -d "$repo" ] || git --git-dir="$repo" fsck --connectivity-only >/dev/null 2>&1 || {
  mv "$repo" "$repo.$$.damaged"
  rm -rf "$repo.$$.damaged"
  echo removed
}`,
  )
  return `${prologue}${checks.join('\n')}
`
}

function besideScript(folder: string, beside: string): string {
  return `${prologue}folder=${quotePath(folder)}
beside=${quotePath(beside)}
[ ! -e "$folder" ] || { cat >/dev/null; exit 0; }
mkdir -p "\${folder%/*}"`
}

/** Somebody may have been faster; then ours has landed in theirs. */
const publish = `mv "$beside" "$folder"
[ ! -e "$folder/\${beside##*/}" ] || rm -rf "$folder/\${beside##*/}"
`

function placeIn(path: string): string {
  return path === '' ? '"$beside"' : `"$beside"/${quoteWord(path)}`
}
