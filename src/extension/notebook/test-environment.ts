import type { KernelEnvironment } from '../../protocol/kernels.ts'

/** An environment for tests. */
export function newEnvironment(given: Partial<KernelEnvironment> & { readonly name: string }): KernelEnvironment {
  const { kind = 'venv', name } = given
  return {
    environmentId: kind === 'kernelspec' ? `kernelspec:${name}` : `${kind}:/work/${name}/bin/python`,
    kind,
    language: 'python',
    interpreter: `/work/${name}/bin/python`,
    hasKernel: true,
    isOfWorkspace: false,
    ...given,
  }
}
