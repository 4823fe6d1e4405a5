import type { ChangedFile, FolderDiff } from '../../src/protocol/data-diff.ts'
import { button, element } from '../shared/dom.ts'
import { createVirtualList } from '../shared/virtual-list.ts'
import { paragraph, section } from '../shared/parts.ts'
import { countText, sizeText, text } from './texts.ts'

const kinds = ['changed', 'added', 'removed', 'renamed'] as const
type Kind = (typeof kinds)[number]

/** CSS pixels. */
const rowSize = 24

/**
 * The files that changed, one kind at a time; only rows in sight exist.
 *
 * @param opened a file was pressed
 */
export function createFileList(diff: FolderDiff, opened: (path: string) => void): HTMLElement {
  let kind: Kind = kinds.find((each) => diff[each].count > 0) ?? 'changed'
  let shown: readonly ChangedFile[] = []

  const buttons = kinds.map((each) => {
    const label = text('files.count', { name: text(`files.${each}`), count: countText(diff[each].count) })
    return button(label, () => choose(each), { class: 'text-button', disabled: diff[each].count === 0 })
  })
  const find = element('input', {
    type: 'search',
    class: 'text-input',
    placeholder: text('files.find'),
    'aria-label': text('files.find'),
  })
  const list = createVirtualList({
    id: 'file',
    label: text('files'),
    rowSize,
    isSingle: true,
    drawOption(option, index) {
      const file = shown[index]
      if (file !== undefined) option.append(...drawFile(kind, file))
    },
    isSelected: () => false,
    pressed(index) {
      const file = shown[index]
      if (file !== undefined) opened(file.path)
    },
  })
  const note = paragraph('')

  function choose(next: Kind): void {
    kind = next
    draw()
  }

  function draw(): void {
    const { files, count } = diff[kind]
    const wanted = find.value.trim().toLowerCase()
    shown =
      wanted === ''
        ? files
        : files.filter(({ path, oldPath = '' }) => `${path}\n${oldPath}`.toLowerCase().includes(wanted))
    for (const [index, each] of kinds.entries()) buttons[index]?.setAttribute('aria-pressed', String(each === kind))
    list.element.setAttribute('aria-label', text('files.list', { kind: text(`files.${kind}`) }))
    list.element.hidden = shown.length === 0
    list.element.style.blockSize = `${Math.min(12, shown.length) * rowSize}px`
    list.setCount(shown.length)
    const isCut = files.length < count
    note.textContent =
      shown.length === 0
        ? text('files.empty')
        : isCut
          ? text('files.cut', { shown: countText(files.length), count: countText(count) })
          : ''
  }

  find.addEventListener('input', draw)
  draw()
  const choice = element('div', { class: 'kinds', role: 'group', 'aria-label': text('files.kind') }, ...buttons)
  return section(
    text('files'),
    element('div', { class: 'file-tools' }, choice, find),
    list.element,
    note,
    ...(diff.equalCount === 0 ? [] : [paragraph(text('files.equal', { count: diff.equalCount }))]),
  )
}

const marks = { changed: 'M', added: 'A', removed: 'D', renamed: 'R' } as const

function drawFile(kind: Kind, { path, oldPath, oldSizeBytes, newSizeBytes }: ChangedFile): readonly Node[] {
  const name = oldPath === undefined ? path : text('files.from', { path, old: oldPath })
  const [old, now] = [oldSizeBytes, newSizeBytes].map((size) => (size === undefined ? undefined : sizeText(size)))
  const sizes =
    old !== undefined && now !== undefined && old !== now ? text('change', { old, new: now }) : (now ?? old ?? '')
  return [
    element('span', { class: `mark mark-${kind}`, 'aria-hidden': 'true' }, marks[kind]),
    element('span', { class: 'file-path' }, element('bdi', {}, name)),
    element('span', { class: 'file-size' }, sizes),
  ]
}
