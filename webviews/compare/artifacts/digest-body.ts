import { element } from '../../shared/dom.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createErrorNote } from './error-note.ts'

/** What can be said of bytes that nothing here can show: how many they are, and which. */
export function createDigestBody({ host }: CellParts, { artifact }: Version): ArtifactBody {
  const { runId, path, sizeBytes } = artifact
  const digest = element('dd', { class: 'artifact-digest' }, '…')
  const list = element(
    'dl',
    { class: 'artifact-facts' },
    element('dt', {}, text('artifacts.size')),
    element('dd', { title: text('artifacts.bytes', { count: sizeBytes }) }, toSizeText(sizeBytes)),
    element('dt', {}, 'SHA-256'),
    digest,
  )
  const giveUp = new AbortController()
  host.call('artifacts/digest', { runId, path }, giveUp.signal).then(
    ({ sha256 }) => void (digest.textContent = sha256),
    (error: unknown) => {
      if (!giveUp.signal.aborted) digest.replaceChildren(createErrorNote(error))
    },
  )
  return { element: list, dispose: () => giveUp.abort() }
}
