import type { FromModelTestPage, ToModelTestPage } from '../../src/protocol/model-test-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { drawReport } from './report.ts'
import { speak, text } from './texts.ts'

/** What VS Code gives a webview, once. */
declare function acquireVsCodeApi(): { postMessage(message: FromModelTestPage): void; setState(state: unknown): void }

const api = acquireVsCodeApi()
const { kept } = document.body.dataset
if (kept !== undefined) api.setState(JSON.parse(kept))
const tell = (kind: FromModelTestPage['kind']) => api.postMessage({ kind })

const title = element('h1')
const notice = element('p', { class: 'notice', role: 'status' })
const main = element('main', { tabindex: 0 })
const buttons = {
  repeat: button('', () => tell('repeat'), { class: 'text-button' }),
  'export-html': button('', () => tell('export-html'), { class: 'text-button' }),
  'export-json': button('', () => tell('export-json'), { class: 'text-button' }),
}
document.body.append(element('header', {}, title, ...Object.values(buttons)), notice, main)

function show(message: ToModelTestPage): void {
  speak(message.language)
  for (const [kind, made] of Object.entries(buttons)) {
    // SAFETY: they are the keys of `buttons`, each of which is a text too.
    made.textContent = text(kind as keyof typeof buttons)
    made.hidden = message.kind !== 'report'
  }
  notice.className = `notice${message.kind === 'trouble' ? ' trouble' : ''}`
  notice.hidden = message.kind === 'report'
  notice.textContent =
    message.kind === 'working'
      ? text('reading')
      : message.kind === 'trouble'
        ? [message.text, message.hint].filter((part) => part !== undefined).join(' ')
        : ''
  title.textContent =
    message.kind === 'report' ? text('title', { name: message.report.candidate.name }) : document.title
  main.hidden = message.kind !== 'report'
  main.replaceChildren(...(message.kind === 'report' ? drawReport(message.report) : []))
  main.setAttribute('aria-label', title.textContent)
}

window.addEventListener('message', ({ data }: MessageEvent<ToModelTestPage>) => show(data))
tell('ready')
