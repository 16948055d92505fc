/** The secret of one start: `local/protocol/secret.ts` says what for. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SECRET_HEADER } from '../protocol/secret.ts'

export const newSecret = (): string => randomBytes(32).toString('base64url')

type Service = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** A service that answers Workers of this start alone. */
export const guarded =
  (secret: string, service: Service): Service =>
  (request, response) => {
    if (request.headers[SECRET_HEADER] === secret) return service(request, response)
    response.writeHead(403, { 'content-type': 'text/plain' }).end('This is for the Workers of this process.\n')
  }
