/**
 * Writes what follows from definitions: the lists of commands (`all.ts`) and `contributes` in package.json.
 * With `--check` it writes nothing and exits 1 when a file is not what it would write.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { generateFiles } from './generate/files.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = new URL('../', import.meta.url)

const stale: string[] = []
for (const { path, text } of await generateFiles(root)) {
  const url = new URL(path, root)
  const present = await readFile(url, 'utf8').catch(() => undefined)
  if (present === text) continue
  stale.push(path)
  if (values.check) continue
  const beside = new URL(`${path}.new`, root)
  await writeFile(beside, text)
  await rename(beside, url)
}

if (values.check && stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run “npm run generate”.`)
  process.exitCode = 1
} else if (stale.length > 0) {
  console.log(`Wrote ${stale.join(', ')}.`)
}
