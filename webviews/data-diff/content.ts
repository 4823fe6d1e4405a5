import type { AudioFacts, ContentDiff, ImageDiff, ImageFacts, TextDiff } from '../../src/protocol/data-diff.ts'
import type { ImagePair } from '../../src/protocol/data-page-messages.ts'
import { element } from '../shared/dom.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { drawModelDiff } from './model-content.ts'
import { paragraph, section } from '../shared/parts.ts'
import { changed, notes } from './parts.ts'
import { drawTableDiff } from './table-content.ts'
import { countText, text } from './texts.ts'

/** What changed inside a file. @param image both versions of it, where it is one and they are here */
export function drawContent(name: string, content: ContentDiff, image: ImagePair | undefined): readonly Node[] {
  switch (content.kind) {
    case 'table':
      return drawTableDiff(content)
    case 'image':
      return [drawImages(name, content, image)]
    case 'audio':
      return [
        element('p', {}, changed(content.old && describeAudio(content.old), content.new && describeAudio(content.new))),
      ]
    case 'text':
      return drawText(content)
    case 'model':
      return drawModelDiff(content)
    case 'opaque':
      return [paragraph(content.reason)]
  }
}

function drawImages(name: string, { old, new: now }: ImageDiff, image: ImagePair | undefined): HTMLElement {
  if (image === undefined) {
    const facts = element('p', {}, changed(old && describeImage(old), now && describeImage(now)))
    return element('div', {}, facts, paragraph(text('image.only')))
  }
  const figure = (
    key: 'image.before' | 'image.after',
    bytes: Uint8Array<ArrayBuffer>,
    facts: ImageFacts | undefined,
  ) => {
    const label = text(key, { name })
    const source = URL.createObjectURL(new Blob([bytes], { type: mimeType(facts) }))
    const caption = [text(key === 'image.before' ? 'summary.before' : 'summary.after'), facts && describeImage(facts)]
    return element(
      'figure',
      { class: 'image' },
      element('img', { src: source, alt: label }),
      element('figcaption', {}, caption.filter((part) => part !== undefined).join(' · ')),
    )
  }
  return element(
    'div',
    { class: 'images' },
    figure('image.before', image.old, old),
    figure('image.after', image.new, now),
  )
}

/** An SVG is drawn as an image, in which no script runs. */
function mimeType(facts: ImageFacts | undefined): string {
  return facts?.format === 'svg' ? 'image/svg+xml' : `image/${facts?.format ?? 'png'}`
}

function describeImage({ format, width, height }: ImageFacts): string {
  const name = format.toUpperCase()
  if (width === null || height === null) return name
  return text('image.facts', { format: name, width: String(width), height: String(height) })
}

function describeAudio({ format, sampleRate, channels, durationSeconds }: AudioFacts): string {
  const facts = text('audio.facts', { format: format.toUpperCase(), rate: countText(sampleRate), channels })
  if (durationSeconds === null) return facts
  return [facts, text('audio.seconds', { seconds: toNumberText(durationSeconds) })].join(' · ')
}

function drawText({ old, new: now, lines, notes: said }: TextDiff): readonly Node[] {
  const count = (of: TextDiff['old']) => of && text('text.lineCount', { count: of.lineCount })
  const counted = element('p', {}, changed(count(old), count(now)))
  if (lines === null) return [counted, ...notes(said)]
  const summary = paragraph(text('text.lines', { added: countText(lines.added), removed: countText(lines.removed) }))
  const hunks = lines.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: shown }) => [
    element('div', { class: 'hunk' }, `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`),
    ...shown.map((line) => element('div', { class: lineClass(line) }, line)),
  ])
  const label = text('text.diff')
  const diff = element(
    'div',
    { class: 'text-diff', dir: 'ltr', role: 'region', tabindex: 0, 'aria-label': label },
    ...hunks,
  )
  return [counted, ...notes(said), ...(hunks.length === 0 ? [summary] : [section(label, summary, diff)])]
}

function lineClass(line: string): string {
  return line.startsWith('+') ? 'line-added' : line.startsWith('-') ? 'line-removed' : 'line-kept'
}
