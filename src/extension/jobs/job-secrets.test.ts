import assert from 'node:assert/strict'
import { it } from 'node:test'
import { askForSecrets } from './ask-for-secrets.ts'
import { createJobSecrets } from './job-secrets.ts'

/** Storage and memory as VS Code gives them. */
function openStorage() {
  const [kept, remembered] = [new Map<string, string>(), new Map<string, unknown>()]
  const jobSecrets = createJobSecrets(
    {
      get: async (key) => kept.get(key),
      store: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    },
    {
      // SAFETY: a memento gives back what was put in, by the caller's word for its type.
      get: <T>(key: string, otherwise?: T) => (remembered.get(key) ?? otherwise) as T,
      update: async (key, value) => void remembered.set(key, value),
    },
  )
  return { jobSecrets, kept, remembered }
}

/** A user who types these answers, or leaves the box. */
function newWindow(...answers: (string | undefined)[]) {
  const asked: (string | undefined)[] = []
  const showInputBox = async ({ title }: { title?: string } = {}) => {
    asked.push(title)
    return answers.shift()
  }
  return { vscode: { window: { showInputBox } }, asked }
}

it('a value is asked for once, kept in the secret storage alone, and given to no other folder', async () => {
  const { jobSecrets, kept, remembered } = openStorage()
  const { vscode, asked } = newWindow('hunter2')
  const first = await askForSecrets({ vscode, jobSecrets }, '/home/ada/a', ['HF_TOKEN'], { env: {} })
  const again = await askForSecrets({ vscode, jobSecrets }, '/home/ada/a', ['HF_TOKEN'], { env: {} })
  assert.deepEqual([first, again], [{ HF_TOKEN: 'hunter2' }, { HF_TOKEN: 'hunter2' }])
  assert.equal(asked.length, 1)
  assert.deepEqual([...kept.values()], ['hunter2'])
  assert.ok(!JSON.stringify([...remembered]).includes('hunter2'))
  assert.equal(await askForSecrets({ vscode, jobSecrets }, '/home/ada/b', ['HF_TOKEN'], { env: {} }), undefined)
  assert.deepEqual(jobSecrets.names('/home/ada/b'), [])
})

it('a forgotten one is asked for again', async () => {
  const { jobSecrets, kept } = openStorage()
  await jobSecrets.keep('/a', 'B', '1')
  await jobSecrets.keep('/a', 'A', '2')
  assert.deepEqual(jobSecrets.names('/a'), ['A', 'B'])
  await jobSecrets.forget('/a', 'B')
  assert.deepEqual([jobSecrets.names('/a'), [...kept.values()]], [['A'], ['2']])
  const { vscode, asked } = newWindow('3')
  await askForSecrets({ vscode, jobSecrets }, '/a', ['A', 'B'], { env: {} })
  assert.deepEqual(asked, ['Value of the secret B'])
})

it('a variable of VS Code’s own environment is taken as it is and not kept, and nothing is when a box is left', async () => {
  const { jobSecrets, kept } = openStorage()
  const { vscode } = newWindow('typed', undefined)
  const names = ['OWN', 'FIRST', 'SECOND']
  assert.equal(await askForSecrets({ vscode, jobSecrets }, '/a', names, { env: { OWN: 'x' } }), undefined)
  assert.equal(kept.size, 0)
})
