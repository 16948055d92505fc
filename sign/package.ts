import { loadPackages } from '../base/load-packages.ts'

/** @param what is made with the packages, for the message @param names as npm takes them @throws Failure `package-missing` */
export const loaded = <T>(what: string, names: string, load: () => Promise<T>): Promise<T> =>
  loadPackages(names, `${what} needs what is not installed; run \`npm install ${names}\``, load)
