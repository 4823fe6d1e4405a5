import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { convolutionModel } from '../../src/onnx/test-convolution.ts'
import type { Workbench } from '../../test/vscode/workbench.ts'
import type { Picture } from './picture.ts'

/** The graph of a model, with one of its nodes chosen. */
export const model: Picture = {
  name: 'model',
  async arrange(vscode, { folder }) {
    await writeModels(folder)
    await openModel(vscode)
    const view = vscode.webview()
    await view.getByRole('tab', { name: 'Graph' }).click()
    await view.getByRole('button', { name: /^Conv .*\/two\/Conv/ }).click()
    await view.getByRole('complementary').getByRole('heading', { name: 'Conv' }).waitFor()
    await vscode.page.mouse.move(900, 1030)
  },
}

/** What a test of the model in 8 bits has found. */
export const modelTest: Picture = {
  name: 'model-test',
  async arrange(vscode, { folder }) {
    const { page } = vscode
    await writeModels(folder)
    await openModel(vscode)
    await vscode.webview().getByRole('button', { name: 'Test Model…' }).click()
    await vscode.pick('digits.onnx')
    await vscode.pick('test.npz')
    await page.getByPlaceholder('What must hold of the model?').waitFor()
    await page.keyboard.press('Enter')
    await vscode.webview().getByRole('table', { name: 'Checks' }).waitFor({ timeout: 120_000 })
    await vscode.runCommand('View: Toggle Primary Side Bar Visibility')
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' })
    await page.mouse.move(900, 1030)
  },
}

async function openModel({ page, runCommand }: Workbench): Promise<void> {
  await runCommand('View: Show Explorer')
  await page.locator('.explorer-folders-view').getByRole('treeitem', { name: 'digits-int8.onnx' }).dblclick()
}

const samples = 300

/** A net in float and in 8 bits, and images of waves. */
async function writeModels(folder: string): Promise<void> {
  if (existsSync(join(folder, 'test.npz'))) return
  await writeFile(join(folder, 'digits.onnx'), convolutionModel({ quantized: false }))
  await writeFile(join(folder, 'digits-int8.onnx'), convolutionModel({ quantized: true, isLastInFloat: true }))
  const data = Float32Array.from({ length: samples * 64 }, (_, index) => 2 * Math.sin(index * 1.7 + (index >> 6)))
  await writeArrayFile(
    join(folder, 'test.npz'),
    new Map([['x', { dtype: 'float32' as const, dims: [samples, 1, 8, 8], data }]]),
  )
}
