/**
 * One command on data in a process of its own, to be killed: `data-command.ts FOLDER add|commit|checkout|gc
 * [PATH…]`, where gc takes the url of a remote. Says `begins` before its first step.
 */
import { addPaths } from '../../src/data/add.ts'
import { checkoutPaths } from '../../src/data/checkout.ts'
import { commitPaths } from '../../src/data/commit.ts'
import { collectGarbage } from '../../src/data/gc.ts'
import { openRemote } from '../../src/data/open-remote.ts'
import type { DataRemote } from '../../src/data/remote.ts'
import { openDataRepository } from '../../src/data/repository.ts'
import { gcOfAll } from '../../src/data/test-gc.ts'
import { quietWork } from '../../src/data/test-repository.ts'

const [folder = '', command = '', ...paths] = process.argv.slice(2)
const repository = await openDataRepository(folder)
process.stdout.write('begins\n')
if (command === 'add') await addPaths(repository, paths, quietWork())
else if (command === 'commit') await commitPaths(repository, undefined, quietWork())
else if (command === 'gc') await collectGarbage(repository, { ...gcOfAll, remote: await open(paths[0]) }, quietWork())
else await checkoutPaths(repository, { paths: undefined, isForced: false }, quietWork())

async function open(url: string | undefined): Promise<DataRemote | undefined> {
  return url === undefined ? undefined : openRemote({ url, options: new Map(), folder, env: {} })
}
