import { RunwrightError } from '../../../src/protocol/errors.ts'
import { button, element } from '../../shared/dom.ts'
import { type PopoverParts, showPopover } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'

interface NoteParts {
  readonly anchor: PopoverParts['anchor']
  /** Of the run. */
  readonly name: string
  readonly note: string
  save(note: string): Promise<void>
}

/** A note of any length, in Markdown as MLflow's own interface takes it. What was typed stays until it is saved. */
export function showNoteDialog({ anchor, name, note, save }: NoteParts): void {
  const input = element('textarea', { class: 'text-input', rows: 6, 'aria-label': text('runs.noteOf', { name }) })
  input.value = note
  const failure = element('div', { class: 'facet-note', role: 'alert' })
  const content = element(
    'div',
    { class: 'note-dialog', role: 'dialog', 'aria-label': text('runs.noteOf', { name }) },
    element('div', { class: 'note-title', dir: 'auto' }, text('runs.noteOf', { name })),
    input,
    failure,
    element(
      'div',
      { class: 'chooser-buttons' },
      button(text('runs.noteSave'), () => void store(), { class: 'text-button' }),
      button(text('runs.noteCancel'), () => popover.close(), { class: 'text-button' }),
    ),
  )
  const popover = showPopover({ anchor, content })

  async function store(): Promise<void> {
    try {
      await save(input.value)
      popover.close()
    } catch (error) {
      if (!(error instanceof RunwrightError)) throw error
      failure.textContent = text('runs.noteFailed', { message: error.message })
    }
  }

  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void store()
  })
  input.focus()
}
