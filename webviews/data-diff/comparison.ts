import type { DataComparison, VersionName } from '../../src/protocol/data-comparison.ts'
import type { FileDiff, FolderDiff } from '../../src/protocol/data-diff.ts'
import type { ImagePair } from '../../src/protocol/data-page-messages.ts'
import { element } from '../shared/dom.ts'
import { drawContent } from './content.ts'
import { createFileList } from './file-list.ts'
import { paragraph, section, table } from '../shared/parts.ts'
import { changed, notes } from './parts.ts'
import { countText, sizeText, text } from './texts.ts'

/** What changed from one version to the other. */
export function drawComparison({ diff }: DataComparison, images: readonly ImagePair[]): readonly Node[] {
  const byPath = new Map(images.map((image) => [image.path, image]))
  return diff.type === 'file' ? drawFileDiff(diff, byPath.get('')) : drawFolderDiff(diff, byPath)
}

export function nameVersion(version: VersionName): string {
  switch (version.kind) {
    case 'workspace':
      return text('version.workspace')
    case 'recorded':
      return text('version.recorded', { pointer: version.pointer })
    case 'commit':
      return text('version.commit', { commit: version.commit.slice(0, 10), subject: version.subject })
  }
}

function drawFileDiff({ state, old, new: now, content }: FileDiff, image: ImagePair | undefined): readonly Node[] {
  const name = now?.name ?? old?.name ?? ''
  const sizes = element('p', {}, changed(old && sizeText(old.sizeBytes), now && sizeText(now.sizeBytes)))
  const said =
    state === 'equal' ? [paragraph(text('equal'))] : state === 'changed' ? [] : [paragraph(text(`state.${state}`))]
  return [sizes, ...said, ...(content === undefined ? [] : drawContent(name, content, image))]
}

function drawFolderDiff(diff: FolderDiff, images: ReadonlyMap<string, ImagePair>): readonly Node[] {
  const details = new Map<string, HTMLDetailsElement>()
  for (const [index, { path, content }] of diff.contents.entries()) {
    const summary = element('summary', {}, element('bdi', {}, path))
    const name = path.split('/').at(-1) ?? path
    const made = element('details', { open: index === 0 }, summary, ...drawContent(name, content, images.get(path)))
    details.set(path, made)
  }
  const list = createFileList(diff, (path) => {
    const found = details.get(path)
    if (found === undefined) return
    found.open = true
    found.querySelector('summary')?.focus()
  })
  return [
    drawSummary(diff),
    ...(diff.state === 'equal' ? [paragraph(text('equal'))] : [list]),
    ...notes(diff.notes),
    ...(details.size === 0 ? [] : [section(text('contents'), ...details.values())]),
    ...drawClasses(diff),
  ]
}

function drawSummary({ old, new: now }: FolderDiff): HTMLElement {
  const titles = [
    { title: text('summary') },
    { title: text('summary.before'), isNumber: true },
    { title: text('summary.after'), isNumber: true },
  ]
  const heading = text('summary')
  return section(
    heading,
    table(heading, titles, [
      [text('summary.files'), countText(old.fileCount), countText(now.fileCount)],
      [text('summary.size'), sizeText(old.sizeBytes), sizeText(now.sizeBytes)],
    ]),
  )
}

/** One folder alone tells nothing that the summary does not. */
function drawClasses({ classes }: FolderDiff): readonly HTMLElement[] {
  if (classes.length < 2) return []
  const heading = text('classes')
  const titles = [
    { title: text('classes.name') },
    { title: text('summary.before'), isNumber: true },
    { title: text('summary.after'), isNumber: true },
  ]
  const rows = classes.map(({ name, oldCount, newCount }) => [name, countText(oldCount), countText(newCount)])
  return [section(heading, table(heading, titles, rows))]
}
