/**
 * Where edge locations are: the first three letters of their names are the IATA code of an airport nearby (Developer
 * Guide, "Standard logging reference", x-edge-location). The regions are those of CloudFront's price list. Which code is
 * in which was put together by hand, because AWS publishes cities and no codes: one that is missing here is
 * in the region `unknown` of the report.
 */

export const REGIONS = {
  'north-america':
    'ATL BNA BOS CLT CMH CVG DEN DFW DTW ELP EWR HIO HNL HOU IAD IAH IND JAX JFK LAS LAX MCI MEM MIA MSP MSY ORD PAO PDX PHL PHX PIT RIC SAN SEA SFO SJC SLC STL TPA YTO YUL YVR YYC YYZ MEX QRO GDL',
  europe:
    'AMS ARN ATH BCN BEG BER BRU BUD BUH CDG CPH DUB DUS FCO FRA GVA HAM HEL IST KBP LHR LIS LYS MAD MAN MRS MUC MXP OSL OTP PMO PRG RIX SOF SZG TLL TLV TXL VIE VNO WAW ZAG ZRH',
  'south-africa-kenya-middle-east': 'AUH BAH CAI CPT DOH DXB FJR JED JNB KWI LOS MCT NBO RUH',
  japan: 'HND KIX NGO NRT TYO',
  'australia-new-zealand': 'ADL AKL BNE MEL PER SYD',
  'asia-pacific': 'BKI BKK CGK GMP HAN HKG HKT ICN JKT KUL MNL PUS SGN SIN TPE',
  india: 'AMD BLR BOM CCU COK DEL HYD MAA PNQ',
  'south-america': 'ASU BOG BSB CNF CWB EZE FOR GIG GRU LIM MDE POA REC SCL SSA UIO',
} as const satisfies Record<string, string>

export type Region = keyof typeof REGIONS

/** Code and region, all of them: the rows of the table `edge_regions`. */
export const edgeRegions = (): [code: string, region: Region][] =>
  Object.entries(REGIONS).flatMap(([region, codes]) =>
    codes.split(' ').map((code): [string, Region] => [code, region as Region]),
  )
