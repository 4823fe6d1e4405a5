import type { FromModelPage, ToModelPage } from '../../src/protocol/model-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { drawModel, isTabName, type TabName } from './model-view.ts'
import { describeFacts } from './facts.ts'
import { speak, text } from './texts.ts'

/** What VS Code gives a webview, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromModelPage): void
  getState(): unknown
  setState(state: unknown): void
}

const api = acquireVsCodeApi()
const tell = (kind: FromModelPage['kind']) => api.postMessage({ kind })

const title = element('h1', {}, element('bdi'))
const facts = element('p', { class: 'quiet' })
const test = button('', () => tell('test'), { class: 'text-button', hidden: true })
const again = button('', () => tell('again'), { class: 'text-button' })
const notice = element('p', { class: 'notice', role: 'status' })
const main = element('main')
document.body.append(
  element('header', {}, element('div', { class: 'heading' }, title, facts), test, again),
  notice,
  main,
)

let tab = readTab(api.getState())

/** What an older version has kept is no reason not to open. */
function readTab(state: unknown): TabName {
  const kept = typeof state === 'object' && state !== null && 'tab' in state ? state.tab : undefined
  return isTabName(kept) ? kept : 'overview'
}

function show(message: ToModelPage): void {
  speak(message.language)
  test.textContent = text('test')
  again.textContent = text('again')
  again.disabled = message.kind === 'working'
  notice.classList.toggle('trouble', message.kind === 'trouble')
  notice.textContent = noticeOf(message)
  notice.hidden = notice.textContent === ''
  // What was shown stays in sight while the file is read anew.
  if (message.kind === 'working') return
  test.hidden = message.kind !== 'model' || !message.canTest
  title.firstElementChild?.replaceChildren(message.kind === 'model' ? message.name : document.title)
  facts.textContent = message.kind === 'model' ? describeFacts(message.model) : ''
  main.replaceChildren(
    ...(message.kind === 'model'
      ? drawModel(message.model, tab, (next) => {
          tab = next
          api.setState({ tab })
        })
      : []),
  )
}

function noticeOf(message: ToModelPage): string {
  switch (message.kind) {
    case 'working':
      return text('reading')
    case 'model':
      return message.model.problems.map((problem) => text('problem', { problem })).join(' ')
    case 'trouble':
      return [message.text, message.hint].filter((part) => part !== undefined).join(' ')
  }
}

window.addEventListener('message', ({ data }: MessageEvent<ToModelPage>) => show(data))
tell('ready')
