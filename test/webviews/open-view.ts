import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { build } from 'esbuild'
import { chromium, type Page } from 'playwright-core'
import type { Language } from '../../src/base/languages.ts'
import { createWebviewHtml } from '../../src/extension/webview-html.ts'
import { encodeBulk } from '../../src/protocol/bulk.ts'
import type { Client } from '../../src/protocol/client.ts'
import { RunwrightError, toErrorBody } from '../../src/protocol/errors.ts'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { toViewEvent } from '../../src/protocol/view-event.ts'
import type { FromWebview, RunPlace, ToWebview, WebviewAction } from '../../src/protocol/webview-messages.ts'
import { findChromium } from './chromium.ts'

/** For what a webview tells at once, on a machine that is busy. */
const seeMs = 10_000

const root = join(import.meta.dirname, '../..')

export interface OpenView extends AsyncDisposable {
  readonly page: Page
  /** The view as the webview last told it. */
  readonly view: SavedView
  /** What the webview asked the extension to do. */
  readonly actions: readonly WebviewAction[]
  /** Bytes of results and events sent to the webview so far. */
  readonly sentBytes: number
  /** Waits until the webview has told of what is to be seen, asking again after each of its messages. */
  see(isSeen: () => boolean): Promise<void>
  /** Errors of the page: exceptions, and what it logged as errors. */
  readonly errors: readonly string[]
}

export interface OpenViewOptions {
  readonly client: Client
  readonly view: SavedView
  /** Values of VS Code's theme colours by the name of their variable: `--vscode-editor-background`. */
  readonly theme?: Readonly<Record<string, string>>
  readonly language?: Language
  /** Default: folder. */
  readonly place?: RunPlace
  /** In CSS pixels. Default: 1280 × 800. */
  readonly size?: { readonly width: number; readonly height: number }
}

/** The bundled webview in Chromium, on a real engine, with this process in the place of the extension. */
export async function openCompareView(options: OpenViewOptions): Promise<OpenView> {
  await using resources = new AsyncDisposableStack()
  const told = {
    view: options.view,
    actions: [] as WebviewAction[],
    sentBytes: 0,
    errors: [] as string[],
    messages: new EventEmitter(),
  }
  const closing = new AbortController()
  const server = createServer((request, response) => void answer(request, response, options, told, closing.signal))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(() => {
    closing.abort()
    server.closeAllConnections()
    server.close()
  })

  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  resources.defer(() => browser.close())
  const page = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => told.errors.push(String(error)))
  page.on('console', (message) => void (message.type() === 'error' && told.errors.push(message.text())))
  await page.goto(urlOf(server))
  await page.getByRole('tablist').waitFor()

  const open = resources.move()
  const see = (isSeen: () => boolean) => seeTold(told, isSeen)
  return Object.assign(told, { page, see, [Symbol.asyncDispose]: () => open.disposeAsync() })
}

/** Waits until the webview has told of such a view. */
export function seeView(open: OpenView, isSeen: (view: SavedView) => boolean): Promise<void> {
  return open.see(() => isSeen(open.view))
}

/** `messages` emits `told` after each message of the webview. */
type Told = { view: SavedView; actions: WebviewAction[]; sentBytes: number; messages: EventEmitter }

async function seeTold(told: Told, isSeen: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(seeMs)
  while (!isSeen()) {
    await once(told.messages, 'told', { signal }).catch(() => assert.fail(JSON.stringify(told.view)))
  }
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The harness does not listen.')
  return `http://127.0.0.1:${address.port}/`
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: OpenViewOptions,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  switch (request.url) {
    case '/':
      return void response.setHeader('content-type', 'text/html').end(createPage(options))
    case '/host-page.js':
    case '/host-worker.js':
      return void response.setHeader('content-type', 'text/javascript').end(await bundleScript(request.url))
    case '/compare.js':
    case '/compare.css': {
      const type = request.url.endsWith('.js') ? 'text/javascript' : 'text/css'
      return void response.setHeader('content-type', type).end(await readFile(join(root, 'dist/webviews', request.url)))
    }
    case '/theme.css': {
      const variables = Object.entries(options.theme ?? {}).map(([name, value]) => `${name}: ${value};`)
      return void response.setHeader('content-type', 'text/css').end(`:root { ${variables.join(' ')} }`)
    }
    case '/favicon.ico':
      return void response.writeHead(204).end()
    case '/events':
      return sendEvents(response, options.client, told, signal)
    case '/message': {
      // SAFETY: the only sender is host-page.ts.
      const message = (await json(request)) as FromWebview
      const reply = await receive(message, options, told)
      told.messages.emit('told')
      if (reply === undefined) return void response.writeHead(204).end()
      const bytes = encodeBulk(reply)
      told.sentBytes += bytes.byteLength
      return void response.end(bytes)
    }
    default:
      response.writeHead(404).end()
  }
}

function createPage({ language = 'en' }: OpenViewOptions): string {
  const page = createWebviewHtml({
    title: 'Compare',
    language,
    scripts: ['/host-page.js', '/compare.js'],
    style: '/compare.css',
    source: "'self'",
    nonce: 'harness',
  })
  // The harness alone reaches its server; a webview in VS Code has no network.
  return page
    .replace("default-src 'none'", "default-src 'none'; connect-src 'self'; worker-src 'self'")
    .replace('<link rel="stylesheet"', '<link rel="stylesheet" href="/theme.css"><link rel="stylesheet"')
}

/** @param url `/NAME.js` for `NAME.ts` of this folder */
async function bundleScript(url: string): Promise<Uint8Array> {
  const entry = join(import.meta.dirname, url.replace(/js$/, 'ts'))
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' })
  return outputFiles[0]?.contents ?? new Uint8Array()
}

async function receive(message: FromWebview, options: OpenViewOptions, told: Told): Promise<ToWebview | undefined> {
  switch (message.kind) {
    case 'ready':
      return show(options)
    case 'call':
      return call(message, options.client)
    case 'changed':
    case 'save':
      told.view = message.view
      return undefined
    case 'act':
      told.actions.push(message.action)
      return undefined
    case 'cancel':
      return undefined
  }
}

async function show({ client, view, language = 'en', place = 'folder' }: OpenViewOptions): Promise<ToWebview> {
  const { experiments } = await client.call('experiments/list', {})
  const experimentIds = view.experiments.flatMap(
    (name) => experiments.find((experiment) => experiment.name === name)?.experimentId ?? [],
  )
  return { kind: 'show', view, connectionId: 'test', place, experimentIds, language }
}

async function call({ callId, method, params }: FromWebview & { kind: 'call' }, client: Client): Promise<ToWebview> {
  try {
    // SAFETY: the webview's calls are typed; what comes over the wire is parsed by the engine.
    const result = await client.call(method, params as never)
    return { kind: 'result', callId, result }
  } catch (error) {
    if (!(error instanceof RunwrightError)) throw error
    return { kind: 'error', callId, error: toErrorBody(error) }
  }
}

async function sendEvents(response: ServerResponse, client: Client, told: Told, signal: AbortSignal): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const { event } of client.events(signal)) {
    const seen = toViewEvent(event)
    if (seen === undefined) continue
    const message = JSON.stringify({ kind: 'event', event: seen } satisfies ToWebview)
    told.sentBytes += Buffer.byteLength(message)
    response.write(`data: ${message}\n\n`)
  }
}
