import type { Client } from '../../protocol/client.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { RunModel } from '../../protocol/registered-models.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/** The model of a run, chosen where there are several; undefined when there is none, which is said, or none is chosen. */
export async function pickModel(
  { vscode }: CommandContext,
  title: string,
  client: Client,
  runId: RunId,
): Promise<RunModel | undefined> {
  const { models } = await client.call('models/of-run', { runId })
  if (models.length === 0) {
    await vscode.window.showInformationMessage(
      localize('This run has logged no model. “mlflow.sklearn.log_model”, for example, logs one.'),
    )
  }
  if (models.length < 2) return models[0]
  const items = models.map((model) => ({ label: model.path, description: model.modelId ?? '', model }))
  const placeHolder = localize('Model of the run')
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.model
}
