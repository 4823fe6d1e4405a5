import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseRunId } from '../../protocol/ids.ts'
import type { LineageData, LineageModelVersion, LineageNode } from '../../protocol/lineage.ts'
import type { CommandContext } from '../context.ts'
import { isInside } from '../data/choose-data.ts'
import { openRunOfJob } from '../jobs/open-run.ts'
import { localize } from '../localize.ts'

/** Opens what a node of a lineage is: the run in the explorer, what has changed in data since, what is known of a model version. */
export async function openNode(context: CommandContext, connectionId: string, node: LineageNode): Promise<void> {
  switch (node.kind) {
    case 'run': {
      const runId = parseRunId(node.id)
      if (runId !== undefined) await openRunOfJob(context, connectionId, { ...node, runId })
      return
    }
    case 'data':
      return compareSince(context, connectionId, node)
    case 'model-version':
      return openModelVersion(context, connectionId, node)
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST when no repository of the connection's folder can have it */
function compareSince({ connections, data, dataPages }: CommandContext, connectionId: string, node: LineageData): void {
  const place = connections.find(connectionId)?.place
  const folder = place?.kind === 'folder' ? place.path : undefined
  const { path, commit } = node.version ?? {}
  const near = (data.repositories() ?? []).filter(
    ({ root }) => folder !== undefined && (isInside(root, folder) || isInside(folder, root)),
  )
  const has = near.find(({ status }) => status?.outs.some((out) => out.path === path))
  const root = (has ?? near[0])?.root
  if (root === undefined || path === undefined) {
    const name = node.paths.join(' = ')
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      localize('“{name}” is not under version control in this folder, so there is nothing to compare it with.', {
        name,
      }),
    )
  }
  dataPages.compare({ root, path: join(root, path), ...(commit === undefined ? {} : { from: commit }) })
}

async function openModelVersion(
  { vscode, connections }: CommandContext,
  connectionId: string,
  { name, version }: LineageModelVersion,
): Promise<void> {
  const client = await connections.client(connectionId)
  const { versions } = await client.call('models/get', { name })
  const found = versions.find((each) => each.version === version)
  if (found === undefined) {
    const gone = localize('The registry no longer has version {version} of “{name}”.', { name, version })
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', gone)
  }
  const content = `${JSON.stringify(found, undefined, 2)}\n`
  const document = await vscode.workspace.openTextDocument({ content, language: 'json' })
  await vscode.window.showTextDocument(document, { preview: true })
}
