import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createErrorNote } from './error-note.ts'
import { refuseHuge } from './refuse-huge.ts'

/** Pictures with fewer pixels than this are drawn larger, without smoothing: their pixels are what one looks at. */
const smallPixels = 128

/** Images up to this size are shown as they are: MLflow's smaller version of a tiny image is larger, and blurred. */
const smallBytes = 256 * 1024

/** Types that browsers do not find out by themselves, or not in a blob. */
const types: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
}

/**
 * A picture, a sound or a film, from a blob of its bytes: a webview has no network.
 *
 * @param isWhole shows an image in all its pixels even where there is a smaller version
 */
export function createMediumBody({ bytes }: CellParts, first: Version, isWhole: boolean): ArtifactBody {
  const { kind } = first.artifact
  const medium =
    kind === 'image'
      ? element('img', { class: 'artifact-image', decoding: 'async' })
      : element(kind === 'video' ? 'video' : 'audio', {
          controls: true,
          preload: 'metadata',
          class: `artifact-${kind}`,
        })
  const holder = element('div', { class: 'artifact-medium', 'aria-busy': 'true' })
  let url: string | undefined
  let shown: Version | undefined

  async function load(version: Version): Promise<void> {
    shown = version
    const { runId, path, preview, sizeBytes } = version.artifact
    const source = isWhole || sizeBytes <= smallBytes ? path : (preview ?? path)
    holder.setAttribute('aria-busy', 'true')
    try {
      const content = await bytes.readWhole(runId, source)
      if (shown !== version) return
      if (kind === 'image') refuseHuge(content)
      const before = url
      url = URL.createObjectURL(new Blob([content], { type: types[source.slice(source.lastIndexOf('.') + 1)] ?? '' }))
      medium.src = url
      name(version)
      holder.replaceChildren(medium)
      if (before !== undefined) URL.revokeObjectURL(before)
    } catch (error) {
      if (shown === version) holder.replaceChildren(createErrorNote(error))
    } finally {
      if (shown === version) holder.removeAttribute('aria-busy')
    }
  }

  function name({ run, artifact: { key, step } }: Version): void {
    const words = text(step === null ? 'artifacts.version' : 'artifacts.versionAt', {
      key,
      name: run.name,
      step: step ?? 0,
    })
    medium.setAttribute(medium instanceof HTMLImageElement ? 'alt' : 'aria-label', words)
  }

  medium.addEventListener('load', () => {
    if (!(medium instanceof HTMLImageElement)) return
    const isSmall = Math.max(medium.naturalWidth, medium.naturalHeight) < smallPixels
    medium.classList.toggle('small', isSmall)
  })
  medium.addEventListener('error', () => {
    holder.replaceChildren(element('p', { class: 'artifact-note', role: 'alert' }, text('artifacts.broken')))
  })
  void load(first)

  return {
    element: holder,
    show: (version) => void load(version),
    dispose() {
      shown = undefined
      if (url !== undefined) URL.revokeObjectURL(url)
    },
  }
}
