/** Ports of this machine. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { InputError } from '../../base/errors.ts'

/** @throws InputError (`port-unavailable`) that names the option */
export async function listen(server: Server, port: number, option: string): Promise<void> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'in use' : code === 'EACCES' ? 'not open to this user' : String(code)
    throw new InputError(`port ${port} is ${why}; choose another with ${option}`, {
      code: 'port-unavailable',
      expected: 'a free port',
      found: String(port),
      cause,
    })
  }
}

/** Whether it is free now. @throws InputError (`port-unavailable`) */
export async function checkPort(port: number, option: string): Promise<void> {
  const server = createServer()
  await listen(server, port, option)
  server.close()
  await once(server, 'close')
}
