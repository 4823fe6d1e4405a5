/**
 * Takes the pictures in `docs/images` of a real VS Code on a copy of the sample workspace: `npm run screenshots`, or
 * with names of pictures for some of them.
 */
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openWorkbench } from '../test/vscode/workbench.ts'
import { bundle } from './bundle.ts'
import { comparePictures } from './screenshots/compare.ts'
import { compression } from './screenshots/compression.ts'
import { data } from './screenshots/data.ts'
import { dialogPictures } from './screenshots/dialogs.ts'
import { explorer } from './screenshots/explorer.ts'
import { job } from './screenshots/job.ts'
import { jobs } from './screenshots/jobs.ts'
import { lineage } from './screenshots/lineage.ts'
import { model, modelTest } from './screenshots/model.ts'
import { models } from './screenshots/models.ts'
import { notebook, notebookVariables } from './screenshots/notebook.ts'
import type { Picture } from './screenshots/picture.ts'
import { openPicturedWorkspace } from './screenshots/pictured-workspace.ts'
import { rootFolder } from './start/cli.ts'

const pictures: readonly Picture[] = [
  explorer,
  jobs,
  job,
  data,
  lineage,
  compression,
  model,
  modelTest,
  models,
  notebook,
  notebookVariables,
  ...comparePictures,
  ...dialogPictures,
]

/** By what follows the picture's name. */
const themes = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
}

const imagesFolder = join(rootFolder, 'docs/images')
const names = process.argv.slice(2)
const wanted = pictures.filter(({ name }) => names.length === 0 || names.includes(name))
if (wanted.length === 0) throw new Error(`No picture is called ${names.join(' or ')}.`)

await bundle({ production: false })
await mkdir(imagesFolder, { recursive: true })
await using workspace = await openPicturedWorkspace(async (preparation) => {
  for (const { prepare } of wanted) await prepare?.(preparation)
})

for (const [suffix, theme] of Object.entries(themes)) {
  for (const picture of wanted) {
    await using vscode = await openWorkbench({
      workspace: workspace.folder,
      size: { width: 1280, height: 1040 },
      settings: {
        'workbench.colorTheme': theme,
        'window.title': '${activeEditorShort}${separator}${rootName}',
        'editor.minimap.enabled': false,
        // Drawn as text, so that it can be waited for.
        'terminal.integrated.gpuAcceleration': 'off',
      },
    })
    await picture.arrange(vscode, workspace)
    const path = join(imagesFolder, `${picture.name}-${suffix}.png`)
    await vscode.page.screenshot({ path, ...(picture.clip === undefined ? {} : { clip: picture.clip }) })
    console.log(`${path}  ${((await stat(path)).size / 1024).toFixed(0)} KB`)
  }
}
