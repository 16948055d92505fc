import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** HTTP/2's are made to be taken for these: Node.js, "Compatibility API". */
export type ViewerIncoming = IncomingMessage | (Http2ServerRequest & IncomingMessage)
export type ViewerOutgoing = ServerResponse | (Http2ServerResponse & ServerResponse)
