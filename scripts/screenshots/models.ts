import { formatMeasure } from '../../src/protocol/measures.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { reluModel } from '../../src/onnx/test-session-models.ts'
import type { Picture } from './picture.ts'
import { widenSideBar } from './widen-side-bar.ts'

/** Registered models with their versions, and what the newest of one came of. */
export const models: Picture = {
  name: 'models',
  async prepare({ workspace: { client, logRun } }) {
    const artifacts = { 'model/MLmodel': 'flavors:\n  onnx:\n    data: model.onnx\n', 'model/model.onnx': reluModel() }
    const register = async (name: string, tested: 'passed' | 'failed' | undefined, alias?: string) => {
      const runId = await logRun('digits-small', { name, artifacts })
      const speedup = formatMeasure('speedup', tested === 'passed' ? 2.1 : 0.9)
      const tags = [
        { key: tagNames.compressionRecipe, value: name },
        { key: tagNames.compressionTest, value: `${tested}: speedup ${speedup}` },
      ]
      await client.call('models/register', {
        runId,
        name: 'digits',
        ...(tested === undefined ? {} : { tags }),
        ...(tested === 'passed' ? { data: { path: 'models/digits.onnx', md5: '5a'.repeat(16) } } : {}),
        ...(alias === undefined ? {} : { alias }),
      })
    }
    await register('hidden 64', undefined, 'baseline')
    await register('weight-int4', 'failed')
    await register('dynamic-int8', 'passed', 'champion')
  },
  async arrange(vscode) {
    const { page, row, expand } = vscode
    await vscode.showRunwright()
    await widenSideBar(page, 200)
    await page.getByRole('button', { name: 'Experiments Section' }).click()
    await page.getByRole('button', { name: 'Jobs Section' }).click()
    await vscode.runCommand('Runwright: Focus on Models View')
    await expand(row('Registered model weather'))
    await expand(row('Registered model digits'))
    await vscode.chooseFromMenu(row('Version 3, @champion'), 'Show Lineage of Model')
    await vscode
      .webview()
      .getByRole('button', { name: /^digits version 3/ })
      .waitFor()
    await page.mouse.move(900, 1000)
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' })
  },
}
