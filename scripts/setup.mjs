// Installs what is missing, once. Runs on any Node 20 or newer, before anything is installed:
// plain JavaScript, only Node's own modules.
//
//   node scripts/setup.mjs              everything
//   node scripts/setup.mjs root sample  these parts only
import { pathToFileURL } from 'node:url'
import { SetupError } from './setup/command.mjs'
import { isUpToDate, markUpToDate } from './setup/stamp.mjs'
import { requireTools } from './setup/tools.mjs'
import python, { dvc, jupyterlab, stores } from './setup/python.mjs'
import azurite from './setup/azurite.mjs'
import root from './setup/root.mjs'
import sample from './setup/sample.mjs'
import vscodeServer from './setup/vscode-server.mjs'

/** In the order they are installed: the root brings the Node that the others run on. */
const parts = { root, sample, python, dvc, stores, jupyterlab, azurite, 'vscode-server': vscodeServer }

/**
 * Brings the named parts up to date, and makes sure that the machine has these tools beside those the parts need. A
 * part whose inputs have not changed costs a hash.
 *
 * @throws {SetupError}
 */
export async function setUp(names, tools = []) {
  const unknown = names.filter((name) => !Object.hasOwn(parts, name))
  if (unknown.length > 0) {
    throw new SetupError(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`)
  }
  const pending = Object.keys(parts)
    .filter((name) => names.includes(name))
    .map((name) => parts[name])
    .filter((part) => !isUpToDate(part))
  await requireTools(new Set([...tools, ...pending.flatMap((part) => part.tools)]))
  for (const part of pending) {
    console.log(`setup: ${part.title}`)
    const start = performance.now()
    await part.install()
    markUpToDate(part)
    console.log(`setup: ${part.title}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
}

/** Runs the main function of a script; a SetupError is a message for the reader, anything else a bug with its stack. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2)
  await runScript(() => setUp(names.length > 0 ? names : Object.keys(parts)))
}
