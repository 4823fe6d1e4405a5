import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rootFolder } from '../start/cli.ts'
import type { Picture } from './picture.ts'
import { widenSideBar } from './widen-side-bar.ts'

const run = promisify(execFile)

/** What is tracked and what changed, and what changed in a table since its version. */
export const data: Picture = {
  name: 'data',
  async arrange(vscode, { folder }) {
    const { page, row, expand } = vscode
    await changeData(folder)
    await vscode.showRunwright()
    await widenSideBar(page, 160)
    await page.getByRole('button', { name: 'Experiments Section' }).click()
    await page.getByRole('button', { name: 'Jobs Section' }).click()
    await vscode.runCommand('Runwright: Focus on Data View')
    await expand(row('Data data/photos, 3 files changed'))
    await expand(row('Feature set places'))
    await vscode.chooseFromMenu(row('Data data/readings.csv, changed'), 'Compare with Previous Version')
    await vscode.webview().getByRole('heading', { level: 2, name: 'Columns' }).waitFor()
    await page.mouse.move(900, 1000)
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' })
  },
}

/** A committed version of some data, and a workspace that is further. */
async function changeData(folder: string): Promise<void> {
  if (existsSync(join(folder, '.dvc'))) return
  const cli = (...words: readonly string[]) =>
    run(process.execPath, [join(rootFolder, 'dist/cli.js'), ...words], { cwd: folder })
  const git = (...words: readonly string[]) =>
    run('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...words], { cwd: folder })
  const write = async (path: string, text: string) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await cli('init')
  await write('data/readings.csv', formatReadings(600, 18))
  await write('data/labels.txt', 'cat\ndog\n')
  for (let index = 1; index <= 12; index++) await write(`data/photos/cats/${index}.svg`, drawPhoto(index * 20))
  await cli('data', 'add', 'data/readings.csv', 'data/labels.txt', 'data/photos')
  await git('add', '.dvc', 'data')
  await git('commit', '--quiet', '--message', 'Add readings of March')
  await write('runwright.yaml', featureSets)
  await cli('features', 'build')
  await write('data/readings.csv', formatReadings(640, 21))
  await write('data/photos/cats/3.svg', drawPhoto(300))
  await write('data/photos/dogs/1.svg', drawPhoto(200))
  await rm(join(folder, 'data/photos/cats/7.svg'))
}

const featureSets = `featureSets:
  places:
    description: How warm it has been at a place
    owner: ada
    entities: [place]
    timestamp: day
    sources: { readings: data/readings.csv }
    query: |
      SELECT place, DATE '2026-03-01' + (id // 3)::INTEGER AS day,
             avg(celsius) OVER (PARTITION BY place ORDER BY id ROWS 7 PRECEDING) AS mean_celsius
      FROM readings
`

/** Temperatures of three places over days, a little warmer where the mean is. */
function formatReadings(count: number, mean: number): string {
  const places = ['Oslo', 'Rome', 'Cairo'] as const
  const rows = Array.from({ length: count }, (_, id) => {
    const place = id % 3
    const level = id % 40 === 0 ? mean : 18
    const celsius = level + place * 4 + 6 * Math.sin(id / 9) + 2 * Math.cos(id / 2)
    return `${id},${places[place]},${celsius.toFixed(1)},${id % 50 === 7 ? '' : 40 + (id % 31)}`
  })
  return ['id,place,celsius,humidity', ...rows, ''].join('\n')
}

function drawPhoto(hue: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="28" fill="hsl(${hue} 60% 50%)"/></svg>`
}
