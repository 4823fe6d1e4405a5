import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRemote, type Kernel, type KernelEnvironment } from '../protocol/kernels.ts'
import { onlyOne } from './only-one.ts'

/**
 * The kernel a person means: by its id, the beginning of that (4 characters or more), or its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none, INVALID_PARAMETER_VALUE when there are several
 */
export async function findKernel(client: Pick<Client, 'call'>, text: string): Promise<Kernel> {
  const { kernels } = await client.call('kernels/list', {})
  const begun = text.length < 4 ? [] : kernels.filter(({ kernelId }) => kernelId.startsWith(text))
  const found = begun.length > 0 ? begun : kernels.filter(({ name }) => name === text)
  return onlyOne('kernel', text, found, ({ kernelId }) => kernelId, '"runwright kernels list" shows ids and names.')
}

/**
 * The environment a person means: by its id, its interpreter, or its name; without a word the best one of the language
 * that has a kernel.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none, INVALID_PARAMETER_VALUE when there are several
 */
export async function chooseEnvironment(
  client: Pick<Client, 'call'>,
  text: string | undefined,
  language = 'python',
): Promise<KernelEnvironment> {
  const { environments } = await client.call('kernels/environments', {})
  if (text === undefined) return bestOf(environments, language)
  const isNamed = [
    ({ environmentId, interpreter }: KernelEnvironment) => environmentId === text || interpreter === text,
    ({ name }: KernelEnvironment) => name === text,
  ]
  const found = isNamed.map((isMeant) => environments.filter(isMeant)).find((each) => each.length > 0) ?? []
  const hint = '"runwright kernels environments" shows those that there are.'
  return onlyOne('environment', text, found, ({ environmentId }) => environmentId, hint)
}

function bestOf(environments: readonly KernelEnvironment[], language: string): KernelEnvironment {
  const own = environments.filter((each) => !isRemote(each) && each.language === language)
  // Whoever runs JavaScript here leaves out types.
  const others = environments.filter((each) => language === 'typescript' && each.language === 'javascript')
  const fitting = [...own, ...others]
  const best = fitting.find(({ hasKernel }) => hasKernel)
  if (best !== undefined) return best
  const [first] = fitting
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no kernel for ${language} on this machine.`, {
    hint:
      first?.language === 'python'
        ? `Install one: "${first.interpreter}" -m pip install ipykernel`
        : 'Install one that Jupyter knows by a kernelspec, or use the one that comes with Runwright: JavaScript.',
  })
}
