import { formatManifest, type Manifest, type ManifestEntry, type ManifestFile } from '../manifest.ts'
import type { FileList, MergedFile } from './merge-lists.ts'

/**
 * The manifest of a merged folder: each file as the side has it that its bytes are from, links and empty folders as both
 * sides leave them.
 *
 * @param files of the merged folder
 * @param made files that somebody has made of both sides, by path
 * @returns its text; undefined where a file is in no manifest under its name
 */
export function mergeManifests(
  files: FileList,
  base: Manifest | undefined,
  ours: Manifest,
  theirs: Manifest,
  made: ReadonlyMap<string, MergedFile>,
): string | undefined {
  const [old, our, their] = [byPath(base), byPath(ours), byPath(theirs)]
  const byMd5 = new Map([...theirs.entries, ...ours.entries].map((entry) => [md5Of(entry), entry]))
  const entries: ManifestEntry[] = []
  for (const [path, md5] of files) {
    // A file that was kept beside another one has a name that neither side has. A link says nothing of the bytes behind.
    const other = byMd5.get(md5)
    const candidates = [our.get(path), their.get(path), other && { ...other, path }]
    const found = [...candidates, toEntry(path, made.get(path), candidates)].filter((entry) => entry !== undefined)
    const entry = found.find((each) => md5Of(each) === md5) ?? found.find(({ kind }) => kind === 'link')
    if (entry === undefined) return undefined
    entries.push(entry)
  }
  for (const entry of new Map([...their, ...our]).values()) {
    const { path, kind } = entry
    const isKept = (our.has(path) && their.has(path)) || !old.has(path)
    if (kind === 'file' || files.has(path) || !isKept) continue
    const isFilled = kind === 'folder' && files.keys().some((file) => file.startsWith(`${path}/`))
    if (!isFilled) entries.push(entry)
  }
  return formatManifest({ entries })
}

/** What was made of a program is one. */
function toEntry(
  path: string,
  file: MergedFile | undefined,
  [ours, theirs]: readonly (ManifestEntry | undefined)[],
): ManifestFile | undefined {
  const like = ours ?? theirs
  return file && { kind: 'file', path, ...file, isExecutable: like?.kind === 'file' && like.isExecutable }
}

function byPath(manifest: Manifest | undefined): ReadonlyMap<string, ManifestEntry> {
  return new Map(manifest?.entries.map((entry) => [entry.path, entry]))
}

function md5Of(entry: ManifestEntry): string {
  return entry.kind === 'file' ? entry.md5 : ''
}
