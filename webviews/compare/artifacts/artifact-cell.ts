import type { ArtifactKind } from '../../../src/protocol/logged-artifacts.ts'
import { button, element } from '../../shared/dom.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { text } from '../../shared/texts.ts'
import type { ShownRun } from '../charts/curve-line.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createDigestBody } from './digest-body.ts'
import { createMediumBody } from './medium-body.ts'
import { createTableBody } from './table-body.ts'
import { createTextBody } from './text-body.ts'

export interface CellActions {
  open(version: Version): void
  /** Opens the diff editor; undefined for the run that others are compared with. */
  compare?: ((version: Version) => void) | undefined
}

/** A run's version of one entry, with what can be done with it. */
export interface ArtifactCell {
  readonly element: HTMLElement
  show(run: ShownRun, version: Version | undefined, actions: CellActions): void
  dispose(): void
}

/** Loads once it comes near to being seen. */
const reach = '200px'

export function createArtifactCell(parts: CellParts): ArtifactCell {
  const swatch = element('span', { class: 'chart-swatch', 'aria-hidden': 'true' })
  const name = element('span', { class: 'artifact-run' })
  const about = element('span', { class: 'artifact-about' })
  const tools = element('span', { class: 'artifact-tools' })
  const content = element('div', { class: 'artifact-content' })
  const root = element(
    'div',
    { class: 'artifact-cell', role: 'group' },
    element('div', { class: 'artifact-head' }, swatch, name, about, tools),
    content,
  )
  let body: ArtifactBody | undefined
  let [wanted, shown]: (Version | undefined)[] = []
  let isNear = false
  let drawnTools = ''
  let act: CellActions | undefined

  /** Buttons stay while they mean the same, and with them the focus. */
  function showTools(version: Version | undefined, actions: CellActions): void {
    act = actions
    const kept = JSON.stringify([version?.artifact.path, version?.run.name, actions.compare !== undefined])
    if (kept === drawnTools) return
    drawnTools = kept
    const press = {
      open: () => wanted && act?.open(wanted),
      compare: actions.compare && (() => wanted && act?.compare?.(wanted)),
    }
    tools.replaceChildren(...(version === undefined ? [] : createTools(version, press)))
  }

  function fill(): void {
    if (!isNear || wanted === shown) return
    const before = shown
    shown = wanted
    if (shown !== undefined && body?.show !== undefined && before?.artifact.kind === shown.artifact.kind) {
      return body.show(shown)
    }
    body?.dispose()
    body = shown && createBody(parts, shown)
    content.replaceChildren(body?.element ?? element('p', { class: 'artifact-note' }, text('artifacts.nothing')))
  }

  const observer = new IntersectionObserver(
    (entries) => {
      isNear = entries.at(-1)?.isIntersecting === true
      fill()
    },
    { rootMargin: reach },
  )
  observer.observe(root)
  content.append(element('p', { class: 'artifact-note' }, text('artifacts.nothing')))

  return {
    element: root,
    show(run, version, actions) {
      swatch.style.background = run.color
      name.textContent = run.name
      name.title = run.name
      root.setAttribute('aria-label', run.name)
      about.textContent = version === undefined ? '' : describe(version)
      // The same file may have been written anew, which makes it another artifact with another size.
      if (!isSame(wanted, version)) wanted = version
      showTools(version, actions)
      fill()
    },
    dispose() {
      observer.disconnect()
      body?.dispose()
      root.remove()
    },
  }
}

function isSame(a: Version | undefined, b: Version | undefined): boolean {
  return a === b || JSON.stringify(a?.artifact) === JSON.stringify(b?.artifact)
}

function describe({ artifact: { step, sizeBytes } }: Version): string {
  const size = toSizeText(sizeBytes)
  return step === null ? size : text('artifacts.stepAndSize', { step, size })
}

function createTools(
  version: Version,
  { open, compare }: { open(): void; compare: (() => void) | undefined },
): HTMLElement[] {
  const named = { key: version.artifact.key, name: version.run.name }
  const opener = button(text('artifacts.open'), open, {
    class: 'tool',
    'aria-label': text('artifacts.openOf', named),
  })
  if (compare === undefined) return [opener]
  const comparer = button(text('artifacts.compare'), compare, {
    class: 'tool',
    'aria-label': text('artifacts.compareOf', named),
  })
  return [comparer, opener]
}

const bodies: Readonly<Record<ArtifactKind, (parts: CellParts, version: Version) => ArtifactBody>> = {
  image: (parts, version) => createMediumBody(parts, version, false),
  audio: (parts, version) => createMediumBody(parts, version, false),
  video: (parts, version) => createMediumBody(parts, version, false),
  table: createTableBody,
  text: createTextBody,
  binary: createDigestBody,
}

function createBody(parts: CellParts, version: Version): ArtifactBody {
  return bodies[version.artifact.kind](parts, version)
}
