import type * as vscode from 'vscode'

/** The secrets of jobs, by the workspace folder they were given for: what one folder asks for, another must not get. */
export interface JobSecrets {
  /** @param folder absolute path, here and below */
  get(folder: string, name: string): Promise<string | undefined>
  keep(folder: string, name: string, value: string): Promise<void>
  forget(folder: string, name: string): Promise<void>
  /** Of those that are kept, sorted. */
  names(folder: string): readonly string[]
}

/** Values are in VS Code's secret storage alone; which names there are is remembered beside, since it lists none. */
export function createJobSecrets(
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
  memory: Pick<vscode.Memento, 'get' | 'update'>,
): JobSecrets {
  const keyOf = (folder: string, name: string) => `job secret ${name} of ${folder}`
  const listKey = (folder: string) => `secretNames/${folder}`
  const names = (folder: string) => memory.get<readonly string[]>(listKey(folder), [])
  return {
    get: async (folder, name) => secrets.get(keyOf(folder, name)),
    async keep(folder, name, value) {
      await secrets.store(keyOf(folder, name), value)
      await memory.update(listKey(folder), [...new Set([...names(folder), name])].toSorted())
    },
    async forget(folder, name) {
      await secrets.delete(keyOf(folder, name))
      await memory.update(
        listKey(folder),
        names(folder).filter((known) => known !== name),
      )
    },
    names,
  }
}
