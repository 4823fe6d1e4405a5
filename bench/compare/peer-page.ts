import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../test/webviews/chromium.ts'
import { type MainThread, openMainThread } from './main-thread.ts'

const folder = join(import.meta.dirname, '../peers')

/** Libraries that draw what we draw, by the name of their page in `bench/peers`. */
export const peerPages = {
  'Chart.js': 'chart-js',
  uPlot: 'uplot',
  ECharts: 'echarts',
  'AG Grid': 'ag-grid',
} as const
export type PeerName = keyof typeof peerPages
const packages: Readonly<Record<PeerName, string>> = {
  'Chart.js': 'chart.js',
  uPlot: 'uplot',
  ECharts: 'echarts',
  'AG Grid': 'ag-grid-community',
}

/** A page of a library, with data made but nothing drawn. */
export interface PeerPage extends AsyncDisposable {
  readonly page: Page
  readonly mainThread: MainThread
  /** Calls one of the functions that the page gives: `open`, `zoom`, … */
  call(name: string, ...parameters: readonly number[]): Promise<void>
}

/** Installs the libraries where they are not there yet: they are no dependency of the project. */
export function installPeers(): void {
  if (existsSync(join(folder, 'node_modules'))) return
  execFileSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
}

export function describePeers(names: readonly PeerName[]): string {
  return names.map((name) => `${name} ${readVersion(packages[name])}`).join(', ')
}

function readVersion(name: string): string {
  const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  // SAFETY: npm puts no package without a version there.
  return (JSON.parse(text) as { version: string }).version
}

/** The browser of the peers' pages. */
export function openPeerBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
}

/** @param size of the data, as the page's `prepare` takes it */
export async function openPeerPage(browser: Browser, name: PeerName, size: readonly number[]): Promise<PeerPage> {
  const entry = join(folder, `${peerPages[name]}.js`)
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.setContent('<!doctype html><body style="margin: 10px; font: 13px sans-serif"></body>')
  await page.evaluate(outputFiles[0]?.text ?? '')
  const call = async (name: string, ...parameters: readonly number[]) => {
    await page.evaluate(`void peer.${name}(${parameters.join(', ')})`)
  }
  await call('prepare', ...size)
  return { page, mainThread: await openMainThread(page), call, [Symbol.asyncDispose]: () => page.close() }
}
