-- Seconds to the first and to the last byte, at the percentiles 50, 75, 95 and 99: by edge location, by region, and for
-- all, hits apart from the rest.
WITH answers AS (
  SELECT
    edge_location,
    coalesce(edge_regions.region, 'unknown') AS region,
    CASE WHEN result_type IN ('Hit', 'RefreshHit') THEN 'hit' ELSE 'other' END AS outcome,
    first_byte_seconds,
    seconds
  FROM requests
  LEFT JOIN edge_regions ON edge_regions.code = substr(edge_location, 1, 3)
  WHERE seconds IS NOT NULL
)
SELECT
  edge_location,
  region,
  outcome,
  count(*) AS requests,
  approx_percentile(first_byte_seconds, ARRAY[0.5, 0.75, 0.95, 0.99]) AS first_byte,
  approx_percentile(seconds, ARRAY[0.5, 0.75, 0.95, 0.99]) AS last_byte
FROM answers
GROUP BY GROUPING SETS ((edge_location, region, outcome), (region, outcome), (outcome))
ORDER BY requests DESC, region, edge_location, outcome
