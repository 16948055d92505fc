/** Makes a token for a project, as the application's login would: `node token.ts keys.json 7`. */
import { readFileSync } from 'node:fs'
import { signToken } from 'rimlight/sign'

const [file = 'keys.json', project = '7'] = process.argv.slice(2)
const [[kid, secret] = ['', '']] = Object.entries<string>(JSON.parse(readFileSync(file, 'utf8')))

console.log(signToken({ secret, kid, expiresIn: 900, path: `/proxy-image/projects/${project}/`, pathClaim: 'paths' }))
