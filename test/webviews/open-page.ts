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
import { toViewEvent } from '../../src/protocol/view-event.ts'
import type { PageAnswer, PageRequest } from '../../src/protocol/webview-messages.ts'
import { findChromium } from './chromium.ts'

/** For what a page tells at once, on a machine that is busy. */
const seeMs = 10_000

const root = join(import.meta.dirname, '../..')

/** A bundled page in Chromium. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Bytes of results and events sent to the page so far. */
  readonly sentBytes: number
  /** Waits until something is so, asking again after each of the page's messages; rejects when it does not come. */
  see(isSeen: () => boolean): Promise<void>
  /** Errors of the page: exceptions, and what it logged as errors. */
  readonly errors: readonly string[]
}

/** How a page is looked at. */
export interface PageLook {
  /** Values of VS Code's theme colours by the name of their variable: `--vscode-editor-background`. */
  readonly theme?: Readonly<Record<string, string>>
  readonly language?: Language
  /** In CSS pixels. Default: 1280 × 800. */
  readonly size?: { readonly width: number; readonly height: number }
}

export interface OpenPageOptions<Show, Own> extends PageLook {
  /** What answers calls; missing for pages that make none. */
  readonly client?: Client
  /** What VS Code is given to keep of it from the start. */
  readonly kept?: object
  /** Of its script and style in `dist/webviews`. */
  readonly name: string
  show(): Promise<Show>
  /** Takes what the page says beyond calls. */
  told(message: Own): void
}

interface State {
  sentBytes: number
  readonly errors: string[]
  /** Emits `told` after each message of the page. */
  readonly messages: EventEmitter
}

/** Opens a page on a real engine, with this process in the place of the extension. */
export async function openPage<Show, Own extends { readonly kind: string }>(
  options: OpenPageOptions<Show, Own>,
): Promise<OpenPage> {
  await using resources = new AsyncDisposableStack()
  const state: State = { sentBytes: 0, errors: [], messages: new EventEmitter() }
  const closing = new AbortController()
  const server = createServer((request, response) => void answer(request, response, options, state, closing.signal))
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
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => state.errors.push(String(error)))
  page.on('console', (message) => void (message.type() === 'error' && state.errors.push(message.text())))
  await page.goto(urlOf(server))

  const open = resources.move()
  return Object.assign(state, {
    page,
    async see(isSeen: () => boolean) {
      const signal = AbortSignal.timeout(seeMs)
      while (!isSeen()) await once(state.messages, 'told', { signal })
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  })
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The harness does not listen.')
  return `http://127.0.0.1:${address.port}/`
}

async function answer<Show, Own extends { readonly kind: string }>(
  request: IncomingMessage,
  response: ServerResponse,
  options: OpenPageOptions<Show, Own>,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  const { name, theme = {} } = options
  switch (request.url) {
    case '/':
      return void response.setHeader('content-type', 'text/html').end(createPage(options))
    case '/host-page.js':
    case '/host-worker.js':
      return void response.setHeader('content-type', 'text/javascript').end(await bundleScript(request.url))
    case `/${name}.css`:
      return void response.setHeader('content-type', 'text/css').end(await readBundle(request.url))
    case '/theme.css': {
      const variables = Object.entries(theme).map(([name, value]) => `${name}: ${value};`)
      return void response.setHeader('content-type', 'text/css').end(`:root { ${variables.join(' ')} }`)
    }
    case '/favicon.ico':
      return void response.writeHead(204).end()
    case '/events':
      if (options.client === undefined) return void response.writeHead(204).end()
      return sendEvents(response, options.client, state, signal)
    case '/message': {
      // SAFETY: the only sender is host-page.ts.
      const message = (await json(request)) as PageRequest | Own
      const reply = await receive(message, options)
      state.messages.emit('told')
      if (reply === undefined) return void response.writeHead(204).end()
      const bytes = encodeBulk(reply)
      state.sentBytes += bytes.byteLength
      return void response.end(bytes)
    }
    default: {
      const [, script] = /^\/([\w-]+\.js)$/.exec(request.url ?? '') ?? []
      if (script === undefined) return void response.writeHead(404).end()
      response.setHeader('content-type', 'text/javascript').end(await readBundle(script))
    }
  }
}

function readBundle(file: string): Promise<Uint8Array> {
  return readFile(join(root, 'dist/webviews', file))
}

type PageParts = PageLook & { readonly name: string; readonly kept?: object }

function createPage({ name, language = 'en', kept }: PageParts): string {
  const page = createWebviewHtml({
    title: name,
    language,
    scripts: ['/host-page.js', `/${name}.js`],
    style: `/${name}.css`,
    source: "'self'",
    nonce: 'harness',
    ...(kept === undefined ? {} : { kept }),
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

async function receive<Show, Own extends { readonly kind: string }>(
  message: PageRequest | Own,
  { client, show, told }: OpenPageOptions<Show, Own>,
): Promise<object | undefined> {
  if (!isRequest(message)) return void told(message)
  if (message.kind === 'ready') return Object(await show())
  return message.kind === 'call' && client !== undefined ? call(message, client) : undefined
}

function isRequest(message: { readonly kind: string }): message is PageRequest {
  return message.kind === 'ready' || message.kind === 'call' || message.kind === 'cancel'
}

async function call({ callId, method, params }: PageRequest & { kind: 'call' }, client: Client): Promise<PageAnswer> {
  try {
    // SAFETY: the page's calls are typed; what comes over the wire is parsed by the engine.
    const result = await client.call(method, params as never)
    return { kind: 'result', callId, result }
  } catch (error) {
    if (!(error instanceof RunwrightError)) throw error
    return { kind: 'error', callId, error: toErrorBody(error) }
  }
}

async function sendEvents(response: ServerResponse, client: Client, state: State, signal: AbortSignal): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const { event } of client.events(signal)) {
    const seen = toViewEvent(event)
    if (seen === undefined) continue
    const message = JSON.stringify({ kind: 'event', event: seen } satisfies PageAnswer)
    state.sentBytes += Buffer.byteLength(message)
    response.write(`data: ${message}\n\n`)
  }
}
