import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { Version } from './cell-parts.ts'
import type { Entry } from './entries.ts'
import type { PairMode } from './image-pair-body.ts'

/** How the versions of one entry are shown: each by itself, or two of them in one. */
export type ShowMode = 'side' | PairMode | 'rows'

export interface ArtifactTools {
  readonly element: HTMLElement
  /** The second of the two that are shown in one; undefined while each is by itself. */
  readonly pair: readonly [Version, Version] | undefined
  readonly mode: ShowMode
  /** @param entry undefined while several entries are shown */
  show(entry: Entry | undefined, versions: readonly Version[]): void
}

const modesOf = { image: ['side', 'swipe', 'blend'], table: ['side', 'rows'] } as const

/** Chooses how the versions of one entry are compared, and with which run the first one is. */
export function createArtifactTools(changed: () => void): ArtifactTools {
  let mode: ShowMode = 'side'
  let shown: readonly Version[] = []
  let other: string | undefined
  const modes = element('div', { class: 'artifact-modes', role: 'group', 'aria-label': text('artifacts.modes') })
  const select = element('select', { 'aria-label': text('artifacts.with') })
  const versus = element('label', { class: 'artifact-versus' }, text('artifacts.with'), select)
  const root = element('div', { class: 'artifact-pairing' }, modes, versus)

  select.addEventListener('change', () => {
    other = select.value
    changed()
  })

  function choose(next: ShowMode): void {
    mode = next
    changed()
  }

  function drawModes(offered: readonly ShowMode[]): void {
    const focused = [...modes.children].indexOf(document.activeElement ?? modes)
    modes.replaceChildren(
      ...offered.map((name) =>
        button(text(`artifacts.mode.${name}`), () => choose(name), {
          class: 'tool',
          'aria-pressed': String(name === mode),
        }),
      ),
    )
    const before = modes.children[focused]
    if (before instanceof HTMLElement) before.focus()
  }

  return {
    element: root,
    get mode() {
      return mode
    },
    get pair(): readonly [Version, Version] | undefined {
      const [first, second] = shown
      const chosen = shown.slice(1).find(({ run }) => run.runId === other) ?? second
      return mode === 'side' || first === undefined || chosen === undefined ? undefined : [first, chosen]
    },
    show(entry, versions) {
      shown = versions
      const kind = entry?.kind
      const offered: readonly ShowMode[] =
        versions.length < 2 ? [] : kind === 'image' || kind === 'table' ? modesOf[kind] : []
      if (!offered.includes(mode)) mode = 'side'
      root.hidden = offered.length === 0
      drawModes(offered)
      versus.hidden = mode === 'side' || versions.length < 3
      const options = versions.slice(1).map(({ run }) => element('option', { value: run.runId }, run.name))
      select.replaceChildren(...options)
      if (other !== undefined && versions.slice(1).some(({ run }) => run.runId === other)) select.value = other
    },
  }
}
