import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { commands } from './commands/all.ts'
import { experimentsViewId } from './contributions.ts'
import { walkthroughs } from './walkthrough.ts'

const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps)
const known = new Set([...commands.map(({ id }) => id), `${experimentsViewId}.focus`])

describe('the walkthrough', () => {
  it('has at most six steps', () => {
    assert.equal(walkthroughs.length, 1)
    assert.ok(steps.length <= 6, String(steps.length))
  })

  for (const { id, description, media, completionEvents } of steps) {
    it(`“${id}” has buttons, and is done after commands, that there are`, () => {
      const buttons = [...description.matchAll(/\]\(command:([^)]+)\)/g)].map(([, command = '']) => command)
      const done = completionEvents.flatMap((event) => /^onCommand:(.+)/.exec(event)?.[1] ?? [])
      assert.ok(buttons.length > 0 && completionEvents.length > 0)
      assert.deepEqual(new Set([...buttons, ...done]).difference(known), new Set())
    })

    it(`“${id}” has a picture in the colours of the theme`, async () => {
      const picture = await readFile(new URL(`../../${media.svg}`, import.meta.url), 'utf8')
      const colors = [...picture.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, color = '']) => color)
      assert.deepEqual(
        colors.filter((color) => color !== 'none' && !color.startsWith('var(--vscode-')),
        [],
      )
      assert.notEqual(media.altText, '')
    })
  }
})
