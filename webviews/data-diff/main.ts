import type { FromDataPage, ToDataPage } from '../../src/protocol/data-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { drawComparison, nameVersion } from './comparison.ts'
import { drawPreview } from './preview.ts'
import { speak, text } from './texts.ts'

/** What VS Code gives a webview, once. */
declare function acquireVsCodeApi(): { postMessage(message: FromDataPage): void; setState(state: unknown): void }

const api = acquireVsCodeApi()
const { kept } = document.body.dataset
if (kept !== undefined) api.setState(JSON.parse(kept))

const title = element('h1', { dir: 'auto' })
const versions = element('p', { class: 'versions', dir: 'auto' })
const again = button('', () => api.postMessage({ kind: 'again' }), { class: 'text-button' })
const notice = element('p', { class: 'notice', role: 'status' })
const main = element('main', { class: 'data-main' })
const header = element(
  'header',
  { class: 'data-header' },
  element('div', { class: 'data-title' }, title, versions),
  again,
)
document.body.append(header, notice, main)

/** Of images that are drawn now. */
let blobs: readonly string[] = []

function show(message: ToDataPage): void {
  speak(message.language)
  again.textContent = text(kept === undefined ? 'preview.again' : 'again')
  notice.className = `notice${message.kind === 'trouble' ? ' trouble' : ''}`
  notice.textContent = noticeOf(message)
  notice.hidden = notice.textContent === ''
  again.disabled = message.kind === 'working'
  // What was shown stays in sight while it is computed anew.
  if (message.kind === 'working') return
  title.textContent = titleOf(message)
  versions.textContent = versionsOf(message)
  main.replaceChildren(...contentOf(message))
  for (const blob of blobs) URL.revokeObjectURL(blob)
  blobs = [...main.querySelectorAll('img')].map(({ src }) => src)
}

function noticeOf(message: ToDataPage): string {
  if (message.kind === 'working') return text(kept === undefined ? 'reading' : 'working')
  return message.kind === 'trouble' ? [message.text, message.hint].filter((part) => part !== undefined).join(' ') : ''
}

function titleOf(message: ToDataPage): string {
  return message.kind === 'comparison'
    ? message.comparison.path
    : message.kind === 'preview'
      ? message.name
      : document.title
}

function versionsOf(message: ToDataPage): string {
  if (message.kind !== 'comparison') return ''
  return text('versions', { old: nameVersion(message.comparison.old), new: nameVersion(message.comparison.new) })
}

function contentOf(message: ToDataPage): readonly Node[] {
  switch (message.kind) {
    case 'comparison':
      return drawComparison(message.comparison, message.images)
    case 'preview':
      return drawPreview(message.name, message.preview)
    default:
      return []
  }
}

window.addEventListener('message', ({ data }: MessageEvent<ToDataPage>) => show(data))
api.postMessage({ kind: 'ready' })
