import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace } from './workspace.ts'

const title = 'First Steps with Runwright'

describe('the walkthrough', () => {
  before(() => bundle({ production: false }))

  it('opens with its steps, whose buttons run commands and tick them off', async () => {
    await using workspace = await openTestWorkspace()
    await workspace.logRun('digits', { name: 'first' })
    await using vscode = await openWorkbench({ workspace: workspace.folder })
    await vscode.runCommand('Welcome: Open Walkthrough...')
    await vscode.pick(title)
    const { page } = vscode
    await page.locator('.gettingStartedContainer').getByRole('heading', { name: title, level: 2 }).waitFor()
    const steps = page.locator('.getting-started-step')
    assert.equal(await steps.count(), 6)

    await openStep(vscode, 'start')
    await press(vscode, 'start', 'Copy Command')
    await vscode.seeClipboard('runwright run -- python train.py')
    await seeDone(vscode, 'start')

    await openStep(vscode, 'live')
    await press(vscode, 'live', 'Show Experiments')
    await vscode.row('Experiment digits, 1 run').waitFor()
    await seeDone(vscode, 'live')

    await openStep(vscode, 'server')
    await press(vscode, 'server', 'Open MLflow Server…')
    await page.locator('.quick-input-widget').getByText('Open MLflow Server', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await seeDone(vscode, 'server')
    assert.equal(
      (await page.locator('.getting-started-step .codicon-getting-started-step-unchecked').count()) > 0,
      true,
    )
  })
})

const step = ({ page }: Workbench, id: string) => page.locator(`.getting-started-step[data-step-id$="#${id}"]`)

async function openStep(vscode: Workbench, id: string): Promise<void> {
  const wanted = step(vscode, id)
  if (!/expanded/.test((await wanted.getAttribute('class')) ?? '')) await wanted.click()
  await wanted.and(vscode.page.locator('.expanded')).waitFor()
}

async function press(vscode: Workbench, id: string, name: string): Promise<void> {
  await step(vscode, id).getByRole('button', { name }).click()
}

async function seeDone(vscode: Workbench, id: string): Promise<void> {
  await step(vscode, id).locator('.codicon-getting-started-step-checked').first().waitFor()
}
