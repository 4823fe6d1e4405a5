import { element } from '../../shared/dom.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createErrorNote } from './error-note.ts'

/** More of a text is for an editor. */
const shownBytes = 64 * 1024

/** The beginning of a text, as it is. */
export function createTextBody({ bytes }: CellParts, { run, artifact }: Version): ArtifactBody {
  const holder = element('div', { class: 'artifact-text' })
  let isDisposed = false

  async function load(): Promise<void> {
    try {
      const { bytes: content, sizeBytes } = await bytes.read(artifact.runId, artifact.path, shownBytes)
      if (isDisposed) return
      const label = text('artifacts.version', { key: artifact.key, name: run.name })
      const lines = new TextDecoder().decode(content)
      holder.replaceChildren(element('pre', { tabindex: 0, role: 'region', 'aria-label': label, dir: 'auto' }, lines))
      if (content.length === sizeBytes) return
      const sizes = { shown: toSizeText(content.length), size: toSizeText(sizeBytes) }
      holder.append(element('p', { class: 'artifact-note' }, text('artifacts.firstBytes', sizes)))
    } catch (error) {
      if (!isDisposed) holder.replaceChildren(createErrorNote(error))
    }
  }

  void load()
  return { element: holder, dispose: () => void (isDisposed = true) }
}
