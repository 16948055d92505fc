/** Settings of a distribution as a whole that a config does not have. */
import type { DistributionFacts, Note } from './facts.ts'

export function settingNotes({ config }: DistributionFacts['distribution']): Note[] {
  const errors = (config.CustomErrorResponses?.Items ?? []).filter(({ ResponsePagePath }) => ResponsePagePath)
  const countries = config.Restrictions?.GeoRestriction
  const texts = [
    ...errors.map(
      ({ ErrorCode, ResponsePagePath, ResponseCode }) =>
        `${ErrorCode} is answered with ${ResponsePagePath} as ${ResponseCode || ErrorCode}; a config says what is missing by route: \`missing\`, \`placeholder\`, \`index\`.`,
    ),
    ...(config.WebACLId ? ['It has a web ACL; attach leaves it as it is, a template has none.'] : []),
    ...(countries && countries.RestrictionType !== 'none'
      ? ['It is restricted to some countries; attach leaves it so, a template is not.']
      : []),
    ...(config.Staging ? ['It is a staging distribution.'] : []),
  ]
  return texts.map((text) => ({ at: '', text }))
}
