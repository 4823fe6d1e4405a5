import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const events = ['user_id,event_timestamp,price', '1,2024-01-01,2.5', '1,2024-01-03,4', '2,2024-01-02,1', ''].join('\n')
const labels = ['user_id,event_timestamp,label', '2,2024-01-05,1', '1,2024-01-02,0', ''].join('\n')

const project = `featureSets:
  users:
    description: What a user paid
    owner: ada
    entities: user_id
    timestamp: event_timestamp
    sources:
      events: events.csv
    query: SELECT user_id, event_timestamp, price FROM events
`

describe('feature sets in VS Code', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let folder: string
  let vscode: Workbench

  before(async () => {
    await bundle({ production: false })
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'runwright-features-')))
    resources.defer(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }))
    folder = join(parent, 'project')
    await mkdir(folder)
    await writeFile(join(folder, 'events.csv'), events)
    await writeFile(join(folder, 'labels.csv'), labels)
    vscode = resources.use(await openWorkbench({ workspace: folder, size: { width: 1280, height: 1400 } }))
    await vscode.showRunwright()
    await vscode.runCommand('Runwright: Focus on Data View')
  })
  after(() => resources.disposeAsync())

  it('begin with a definition to fill in where there are none', async () => {
    await vscode.page.getByRole('button', { name: 'Add Feature Set…' }).click()
    await vscode.page.locator('.view-lines').getByText('my_features').first().waitFor()
    await vscode.runCommand('View: Revert and Close Editor')
  })

  it('are listed as soon as they are declared, and built at a press', async () => {
    await writeFile(join(folder, 'runwright.yaml'), project)
    const set = vscode.row('Feature set users, user_id, ada, not built')
    await set.waitFor()
    await vscode.pressAction(set, 'Build Feature Sets')
    await vscode.row('Feature set users, user_id, ada, 1 version, 3 rows').waitFor()
    await vscode.expand(vscode.row('Feature set users'))
    const version = vscode.page.getByRole('treeitem', { name: /^Version [0-9a-f]{8}, current, 3 rows/ })
    await vscode.expand(version)
    await vscode.row('Column price, DOUBLE, 1 to 4, mean 2.5').waitFor()
  })

  it('say that they have changed since, and open what they are declared by', async () => {
    await writeFile(join(folder, 'runwright.yaml'), project.replace('price FROM', 'price * 2 AS price FROM'))
    await vscode.chooseFromMenu(vscode.row('Feature set users'), 'Open Definition')
    await vscode.page.locator('.view-lines').getByText('What a user paid').first().waitFor()
    await vscode.row('Not built: its definition or sources have changed').click()
    await vscode.row('Feature set users, user_id, ada, 2 versions').waitFor()
  })

  it('make a training set, show a table, and are exported for Feast', async () => {
    await vscode.chooseFromMenu(vscode.row('Feature set users'), 'Make Training Set…')
    await vscode.page.locator('.quick-input-widget').getByText('labels.csv').waitFor()
    await vscode.answer(join(folder, 'labels.csv'))
    await vscode.page.locator('.quick-input-widget').getByText('The file to write').waitFor()
    await vscode.answer('train.csv')
    await vscode.webview().getByText('2 rows, 4 columns').waitFor()
    assert.match(await readFile(join(folder, 'train.csv'), 'utf8'), /^user_id,event_timestamp,label,price\n2,/)
    await vscode.pressAction(vscode.row('Feature set users'), 'Preview Table')
    await vscode.webview().getByText('3 rows, 3 columns').waitFor()
    await vscode.chooseFromMenu(vscode.row('Feature Sets'), 'Export to Feast…')
    await vscode.answer('feast')
    await vscode.notification('feast can be read by Feast now.').waitFor()
    assert.match(await readFile(join(folder, 'feast/feature_store.yaml'), 'utf8'), /registry/)
  })
})
