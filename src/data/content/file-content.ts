import { imageHeaderBytes, readImageHeader } from '../../base/image-header.ts'
import type { AudioFacts, ContentDiff, ImageFacts, OpaqueDiff } from '../../protocol/data-diff.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { QueryFailed } from '../query-failed.ts'
import type { Work } from '../work.ts'
import { readAudioHeader } from './audio-header.ts'
import { type ByteSource, openByteSource } from './byte-source.ts'
import type { ComparedFile, TableFile } from './compared-file.ts'
import { type ContentKind, findContentKind } from './content-kind.ts'
import { diffModels } from './model-diff.ts'
import { diffTableFiles } from './table-file.ts'
import { diffTexts } from './text-diff.ts'

export interface ContentQuestion {
  readonly old: ComparedFile | undefined
  readonly now: ComparedFile | undefined
  /** Columns by which rows of tables are matched; none to look for one. */
  readonly tableKey: readonly string[]
}

/**
 * What changed inside a file, by the kind that its name says it is.
 *
 * @throws CANCELLED; INVALID_PARAMETER_VALUE for a given key that a table does not have
 */
export async function diffContent(question: ContentQuestion, work: Work): Promise<ContentDiff> {
  try {
    return await readContent(question, work)
  } catch (error) {
    if (work.signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.', { cause: error })
    if (!(error instanceof RunwrightError)) throw error
    if (error instanceof QueryFailed || error.code === 'BAD_REQUEST' || error.code === 'INVALID_STATE')
      return opaque('unreadable', error.message)
    if (error.code === 'NOT_IMPLEMENTED') return opaque('unsupported', `${error.message} ${error.hint ?? ''}`.trim())
    throw error
  }
}

async function readContent({ old, now, tableKey }: ContentQuestion, work: Work): Promise<ContentDiff> {
  const name = (now ?? old)?.name ?? ''
  const found = findContentKind(name)
  const before = findContentKind(old?.name ?? name)
  if (before.kind !== found.kind) {
    return opaque('unknown', `The inside is not compared: what was ${nameOf(before)} is ${nameOf(found)} now.`)
  }
  switch (found.kind) {
    case 'table':
      return diffTableContent(old, now, tableKey, work)
    case 'image':
      return diffHeaders<ImageFacts>('image', old, now, async (source) =>
        readImageHeader(await source.read(0, imageHeaderBytes)),
      )
    case 'audio':
      return diffHeaders<AudioFacts>('audio', old, now, readAudioHeader)
    case 'text':
      return (await diffTexts(old, now, work)) ?? opaque('unreadable', `${name} is no text.`)
    case 'onnx':
    case 'safetensors':
      return diffModels(found.kind, old, now, work)
    case 'pickle':
      return opaque('unsafe', 'Loading a pickle can run any code, so it is never loaded: only size and hash are known.')
    case 'unknown':
      return opaque('unknown', 'Files of this kind are compared by size and hash only.')
  }
}

function nameOf({ kind }: ContentKind): string {
  return kind === 'unknown' ? 'a file of no known kind' : `a file of kind ${kind}`
}

/** One may be CSV and the other Parquet. */
async function diffTableContent(
  old: ComparedFile | undefined,
  now: ComparedFile | undefined,
  key: readonly string[],
  work: Work,
): Promise<ContentDiff> {
  return diffTableFiles(old && toTableFile(old), now && toTableFile(now), key, work)
}

function toTableFile({ name, path }: ComparedFile): TableFile {
  const found = findContentKind(name)
  if (found.kind === 'table') return { name, path, format: found.format }
  throw new RunwrightError('BAD_REQUEST', `${name} is no table that is known here.`)
}

async function diffHeaders<Facts>(
  kind: 'image' | 'audio',
  old: ComparedFile | undefined,
  now: ComparedFile | undefined,
  read: (source: ByteSource) => Promise<Facts | undefined>,
): Promise<ContentDiff> {
  const readOne = async (file: ComparedFile | undefined) => {
    if (file === undefined) return undefined
    await using source = await openByteSource(file.path)
    const facts = await read(source)
    if (facts !== undefined) return facts
    throw new RunwrightError('BAD_REQUEST', `${file.name} is no ${kind === 'image' ? 'image' : 'sound'} that is known.`)
  }
  const [oldFacts, newFacts] = [await readOne(old), await readOne(now)]
  // SAFETY: the reader of each kind gives the facts of that kind.
  return { kind, ...(oldFacts && { old: oldFacts }), ...(newFacts && { new: newFacts }) } as ContentDiff
}

function opaque(why: OpaqueDiff['why'], reason: string): OpaqueDiff {
  return { kind: 'opaque', why, reason }
}
