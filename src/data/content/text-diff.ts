import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { LineDiff, TextDiff, TextFacts, TextHunk } from '../../protocol/data-diff.ts'
import type { Work } from '../work.ts'
import { findLineEdits, type LineEdit } from './line-edits.ts'
import type { ComparedFile } from './compared-file.ts'

/** Texts up to this are compared line by line; of longer ones lines are counted. */
const maxTextBytes = 8 << 20
const maxChanges = 1000
const contextLines = 3
const maxHunkLines = 400
const maxLineLength = 400

type Signal = Pick<Work, 'signal'>

/** Undefined when either is no text: it has a NUL among its first bytes, as no encoding of text here has. */
export async function diffTexts(
  before: ComparedFile | undefined,
  after: ComparedFile | undefined,
  work: Signal,
): Promise<TextDiff | undefined> {
  const [oldFacts, newFacts] = [before && (await countLines(before, work)), after && (await countLines(after, work))]
  if (oldFacts === 'binary' || newFacts === 'binary') return undefined
  const sides = {
    ...(oldFacts === undefined ? {} : { old: oldFacts }),
    ...(newFacts === undefined ? {} : { new: newFacts }),
  }
  if (before === undefined || after === undefined) {
    const lines = { added: newFacts?.lineCount ?? 0, removed: oldFacts?.lineCount ?? 0, hunks: [] }
    return { kind: 'text', ...sides, lines, notes: [] }
  }
  if (Math.max(before.sizeBytes, after.sizeBytes) > maxTextBytes) {
    const note = `Texts of more than ${maxTextBytes >> 20} MiB are not compared line by line.`
    return { kind: 'text', ...sides, lines: null, notes: [note] }
  }
  const [oldLines, newLines] = [await readLines(before.path), await readLines(after.path)]
  const edits = findLineEdits(oldLines, newLines, maxChanges)
  if (edits === undefined) {
    return { kind: 'text', ...sides, lines: null, notes: [`More than ${maxChanges} lines were added and removed.`] }
  }
  return { kind: 'text', ...sides, ...toLineDiff(edits, oldLines, newLines) }
}

/** Counts as `wc -l` does, but for a last line without an end, which counts. Holds no line, however long. */
async function countLines({ path, sizeBytes }: ComparedFile, { signal }: Signal): Promise<TextFacts | 'binary'> {
  let ends = 0
  let last = 0x0a
  let isFirst = true
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 18 })) {
    // SAFETY: a stream without an encoding gives buffers.
    const bytes = chunk as Buffer
    if (isFirst && bytes.subarray(0, 8192).includes(0)) return 'binary'
    isFirst = false
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) ends += 1
    last = bytes.at(-1) ?? last
  }
  return { lineCount: sizeBytes > 0 && last !== 0x0a ? ends + 1 : ends }
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function toLineDiff(
  edits: readonly LineEdit[],
  oldLines: readonly string[],
  newLines: readonly string[],
): { readonly lines: LineDiff; readonly notes: readonly string[] } {
  const sum = (wanted: LineEdit['change']) =>
    edits.reduce((total, { change, count }) => total + (change === wanted ? count : 0), 0)
  const groups = groupEdits(edits)
  const hunks: TextHunk[] = []
  let room = maxHunkLines
  for (const group of groups) {
    if (room <= 0) break
    const hunk = toHunk(group, oldLines, newLines)
    hunks.push({ ...hunk, lines: hunk.lines.slice(0, room) })
    room -= hunk.lines.length
  }
  const isCut = room < 0 || hunks.length < groups.length
  const notes = isCut ? [`The first ${maxHunkLines} lines of the difference are shown.`] : []
  return { lines: { added: sum('added'), removed: sum('removed'), hunks }, notes }
}

/** Changes with their context; those are one group between which there is no more than the context of both. */
function groupEdits(edits: readonly LineEdit[]): LineEdit[][] {
  const groups: LineEdit[][] = []
  let group: LineEdit[] = []
  for (const [index, edit] of edits.entries()) {
    if (edit.change !== 'equal') {
      group.push(edit)
      continue
    }
    const [isFirst, isLast] = [index === 0, index === edits.length - 1]
    if (!isFirst && !isLast && edit.count <= 2 * contextLines) {
      group.push(edit)
      continue
    }
    if (!isFirst) groups.push([...group, { ...edit, count: Math.min(edit.count, contextLines) }])
    const kept = Math.min(edit.count, contextLines)
    const skipped = edit.count - kept
    group = isLast ? [] : [{ ...edit, oldAt: edit.oldAt + skipped, newAt: edit.newAt + skipped, count: kept }]
  }
  return group.some(({ change }) => change !== 'equal') ? [...groups, group] : groups
}

function toHunk(group: readonly LineEdit[], oldLines: readonly string[], newLines: readonly string[]): TextHunk {
  const count = (other: LineEdit['change']) =>
    group.reduce((total, edit) => total + (edit.change === other ? 0 : edit.count), 0)
  const [oldCount, newCount] = [count('added'), count('removed')]
  const [first] = group
  const lines = group.flatMap(({ change, oldAt, newAt, count }) => {
    const own = change === 'added' ? newLines.slice(newAt, newAt + count) : oldLines.slice(oldAt, oldAt + count)
    const sign = { equal: ' ', added: '+', removed: '-' }[change]
    return own.map((line) => sign + cutLine(line))
  })
  return {
    oldStart: (first?.oldAt ?? 0) + (oldCount === 0 ? 0 : 1),
    oldLines: oldCount,
    newStart: (first?.newAt ?? 0) + (newCount === 0 ? 0 : 1),
    newLines: newCount,
    lines,
  }
}

function cutLine(line: string): string {
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line
}
