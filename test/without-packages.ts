/** What happens on an installation without some packages: a Node that finds none of them. */

/** Node's own arguments. @param pattern of the packages' names: `/^@aws-sdk[/]/` */
export function withoutPackages(pattern: RegExp): string[] {
  const hooks = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(specifier, context, next) {
        if (!${pattern}.test(specifier)) return next(specifier, context)
        const error = new Error("Cannot find package '" + specifier + "' imported from a file")
        throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
      },
    })`
  return ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`]
}
