/** Statements that more than one policy has. */

/** Nobody may use plain HTTP: buckets and topics answer there as well. */
export const httpsOnly = (sid: string, action: string, resource: string | readonly string[]) => ({
  Sid: sid,
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})
