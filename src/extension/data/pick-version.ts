import { relative } from 'node:path'
import { integer, listOf, object, text } from '../../protocol/parse.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { formatAge, formatSize } from '../tree/format.ts'
import { askCommandLine } from './command-line.ts'

const time = integer(0, Number.MAX_SAFE_INTEGER)
const parseLog = object({
  versions: listOf(
    object(
      { commit: text, authoredAt: time, author: text, subject: text, change: text },
      { hash: text, sizeBytes: time },
    ),
    100_000,
  ),
})

type Version = ReturnType<typeof parseLog>['versions'][number]

/**
 * Lists the versions of something tracked, the newest first. VS Code's own timeline takes entries of extensions only as
 * a proposal, hence a list to pick from.
 *
 * @returns the commit of the version picked; undefined when none is
 */
export async function pickVersion(
  { vscode, cli }: Pick<CommandContext, 'vscode' | 'cli'>,
  { root, path }: { readonly root: string; readonly path: string },
): Promise<Version | undefined> {
  const name = relative(root, path)
  const load = async () => {
    const { versions } = parseLog(
      await askCommandLine(cli, { folder: root, words: ['data', 'log'], operands: [path] }),
      '',
    )
    return versions.map((version) => ({
      label: version.subject,
      description: [version.author, formatAge(version.authoredAt, Date.now())].join(' · '),
      detail: [
        `$(git-commit) ${version.commit.slice(0, 10)}`,
        version.change,
        ...(version.hash === undefined ? [] : [version.hash.slice(0, 8)]),
        ...(version.sizeBytes === undefined ? [] : [formatSize(version.sizeBytes)]),
      ].join(' · '),
      version,
    }))
  }
  const picked = await vscode.window.showQuickPick(load(), {
    title: localize('Versions of {name}', { name }),
    placeHolder: localize('Choose a version to compare with the workspace, or to restore.'),
    matchOnDescription: true,
    matchOnDetail: true,
  })
  return picked?.version
}
