import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ArtifactBody, CellParts, Version } from './cell-parts.ts'
import { createMediumBody } from './medium-body.ts'

export type PairMode = 'swipe' | 'blend'

/** Two images on top of each other: a slider uncovers the right one from its edge, or lets it shine through. */
export function createImagePairBody(
  parts: CellParts,
  [left, right]: readonly [Version, Version],
  mode: PairMode,
): ArtifactBody {
  const bodies = [createMediumBody(parts, left, true), createMediumBody(parts, right, true)] as const
  const [under, over] = bodies.map((body) => body.element)
  over?.classList.add('artifact-over')
  const slider = element('input', {
    type: 'range',
    min: 0,
    max: 100,
    value: 50,
    'aria-label': text(`artifacts.${mode}Of`, { left: left.run.name, right: right.run.name }),
  })
  const line = element('div', { class: 'artifact-line', hidden: mode === 'blend' })
  const stack = element('div', { class: 'artifact-stack', dir: 'ltr' }, under ?? '', over ?? '', line)

  function place(): void {
    const share = Number(slider.value)
    slider.setAttribute('aria-valuetext', text('artifacts.share', { share, name: right.run.name }))
    if (over === undefined) return
    if (mode === 'blend') over.style.opacity = String(share / 100)
    else over.style.clipPath = `inset(0 0 0 ${100 - share}%)`
    line.style.left = `${100 - share}%`
  }

  slider.addEventListener('input', place)
  place()
  return {
    element: element(
      'div',
      { class: 'artifact-pair' },
      element('label', { class: 'artifact-pair-slider' }, left.run.name, slider, right.run.name),
      stack,
    ),
    dispose() {
      for (const body of bodies) body.dispose()
    },
  }
}
