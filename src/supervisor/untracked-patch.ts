import { constants } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import path from 'node:path'
import type { Git } from '../git/git.ts'
import { withoutOwnFiles } from '../git/own-files.ts'

/** Source files are small; anything larger that nobody added to git is data. */
const maxFileBytes = 256 << 10
const maxFiles = 1000

/**
 * The files that git neither tracks nor ignores, as a patch that creates them. Text and symbolic links only.
 *
 * @param maxBytes of the whole patch
 * @returns `omitted`: how many files were left out because they are binary, large, or too many
 */
export async function untrackedPatch(
  git: Git,
  root: string,
  maxBytes: number,
): Promise<{ patch: Buffer; omitted: number }> {
  const listed = await git(['ls-files', '--others', '--exclude-standard', '-z', '--', ...withoutOwnFiles], maxBytes)
  // A name ending in `/` is another repository inside this one.
  const names = (listed?.toString() ?? '').split('\0').filter((name) => name !== '' && !name.endsWith('/'))
  const parts: Buffer[] = []
  let sizeBytes = 0
  for (const name of names.slice(0, maxFiles)) {
    const part = await fileAsPatch(root, name)
    if (part === undefined || sizeBytes + part.length > maxBytes) continue
    parts.push(part)
    sizeBytes += part.length
  }
  return { patch: Buffer.concat(parts), omitted: names.length - parts.length }
}

async function fileAsPatch(root: string, name: string): Promise<Buffer | undefined> {
  const file = path.join(root, name)
  try {
    const entry = await lstat(file)
    if (entry.isSymbolicLink()) return asPatch(name, '120000', await readlink(file, 'buffer'))
    if (!entry.isFile() || entry.size > maxFileBytes) return undefined
    const content = await readNoFollow(file)
    const isText = content.length <= maxFileBytes && !content.includes(0)
    return isText ? asPatch(name, (entry.mode & 0o100) === 0 ? '100644' : '100755', content) : undefined
  } catch {
    // It went away or may not be read: not part of the code then.
    return undefined
  }
}

/** Between the look at the file and its opening, it may have become a link to elsewhere. */
async function readNoFollow(file: string): Promise<Buffer> {
  await using handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  return await handle.readFile()
}

function asPatch(name: string, mode: string, content: Buffer): Buffer {
  const head = `diff --git ${quote(`a/${name}`)} ${quote(`b/${name}`)}\nnew file mode ${mode}\n`
  if (content.length === 0) return Buffer.from(`${head}index 0000000..e69de29\n`)
  const lines = content.toString('latin1').split('\n')
  const endsInNewline = lines.at(-1) === ''
  if (endsInNewline) lines.pop()
  // As git does: a name with a space is followed by a tab, so that old tools find its end.
  const target = quote(`b/${name}`) + (name.includes(' ') ? '\t' : '')
  const body = lines.map((line) => `+${line}\n`).join('') + (endsInNewline ? '' : '\\ No newline at end of file\n')
  return Buffer.concat([
    Buffer.from(`${head}--- /dev/null\n+++ ${target}\n@@ -0,0 +1${lines.length === 1 ? '' : `,${lines.length}`} @@\n`),
    Buffer.from(body, 'latin1'),
  ])
}

/** A name in C's quotes where git demands it. */
function quote(name: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/["\\\u0000-\u001f\u007f]/.test(name)) return name
  const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\t': '\\t', '\n': '\\n' }
  const escaped = [...name].map((character) => {
    const code = character.codePointAt(0) ?? 0
    if (escapes[character] !== undefined) return escapes[character]
    return code < 0x20 || code === 0x7f ? `\\${code.toString(8).padStart(3, '0')}` : character
  })
  return `"${escaped.join('')}"`
}
