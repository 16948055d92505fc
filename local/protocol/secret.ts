/**
 * The header in which host and Workers show each other the secret of this start. Their sockets are open to everything on
 * this machine, and to web pages whose names lead to it: without the secret they answer nothing.
 */
export const SECRET_HEADER = 'x-rimlight-secret'
