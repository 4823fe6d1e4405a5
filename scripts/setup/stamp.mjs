import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootFolder } from './command.mjs'

/** The stamp lies inside the installed folder, so whoever deletes the folder deletes the claim that it is there. */
const stampFile = '.runwright-setup'

/** Whether a part was installed from the inputs as they are now. */
export function isUpToDate(part) {
  const path = join(rootFolder, part.folder, stampFile)
  return existsSync(path) && readFileSync(path, 'utf8') === hashOfInputs(part)
}

export function markUpToDate(part) {
  writeFileSync(join(rootFolder, part.folder, stampFile), hashOfInputs(part))
}

/** What was installed depends on the lock files and on the machine it was built for. */
function hashOfInputs({ inputs }) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const input of inputs) hash.update(readFileSync(join(rootFolder, input)))
  return hash.digest('hex')
}
