import { join } from 'node:path'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { smallNet, smallNetSamples } from '../../test/small-net.ts'
import type { Picture } from './picture.ts'

/** What a search for a smaller model has found. */
export const compression: Picture = {
  name: 'compression',
  async prepare({ folder, runwright }) {
    await writeModelFile(smallNet(), join(folder, 'tiny.onnx'))
    await writeArrayFile(join(folder, 'tiny.npz'), smallNetSamples(600))
    await runwright('compress', 'tiny.onnx', '--data', 'tiny.npz', '--out', 'tiny-small.onnx')
  },
  async arrange(vscode) {
    const { page, row } = vscode
    await vscode.showRunwright()
    await vscode.expand(row('Experiment Compression'))
    await vscode.chooseFromMenu(row('Run compress tiny.onnx'), 'Show Compression')
    const view = vscode.webview()
    await view.getByText(/· recommended: /).waitFor()
    await view.getByRole('heading', { level: 2 }).waitFor()
    await view.getByRole('heading', { name: 'How It Runs' }).waitFor()
    await vscode.runCommand('View: Toggle Primary Side Bar Visibility')
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' })
    await page.mouse.move(900, 1030)
  },
}
